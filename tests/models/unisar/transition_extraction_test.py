import numpy as np
import pytest

from models.unisar.transition_extraction import TransitionExtraction
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_embedding import EmbeddingModule
from schemas import features
from tests.support.layer_case import run_build_test
from tests.support.small_models import VOCABULARY, rows

SIZES = {"dim": 8, "recommendation_history": 7, "search_history": 6}


def extraction(**fields):
    layer = TransitionExtraction(UniSARConfig(**SIZES, **fields))
    layer.build()
    return layer


@pytest.fixture(scope="module")
def embedding():
    layer = EmbeddingModule(UniSARConfig(**SIZES), VOCABULARY)
    layer.build()
    return layer


def test_layer_contract(embedding):
    config = UniSARConfig(**SIZES, num_layers=2)
    # Three position tables, and twelve weights for each layer of three transformers.
    run_build_test(TransitionExtraction, {"config": config}, 3 + 3 * 2 * 12, {"tokens": embedding(rows())})


@pytest.mark.parametrize(
    ("switches", "weights", "missing"),
    [
        (["search_to_search"], 3 + 36 - 13, [3]),
        (["recommendation_to_recommendation"], 3 + 36 - 13, [1]),
        (["search_to_recommendation"], 3 + 36, [0]),
        (["recommendation_to_search"], 3 + 36, [2]),
        (["search_to_recommendation", "recommendation_to_search"], 2 * 13, [0, 2]),
    ],
)
def test_switches_remove_transitions_and_leave_the_others(embedding, switches, weights, missing):
    layer = extraction(**dict.fromkeys(switches, False))
    assert len(layer.trainable_weights) == weights
    assert [index for index, each in enumerate(layer(embedding(rows()))) if each is None] == missing


def test_s2r_never_sees_another_recommendation_token(embedding):
    layer = extraction()
    batch = rows()
    batch[features.RECOMMENDATION_ITEMS][:, :3] = 5
    before = layer(embedding(batch))
    batch[features.RECOMMENDATION_ITEMS][:, 1] = 6
    after = layer(embedding(batch))
    unchanged = [0, 2, 3, 4, 5, 6]
    np.testing.assert_array_equal(
        before.search_to_recommendation.numpy()[:, unchanged], after.search_to_recommendation.numpy()[:, unchanged]
    )
    np.testing.assert_array_equal(before.search_to_search, after.search_to_search)
    moved = np.abs(before.recommendation_to_recommendation - after.recommendation_to_recommendation)
    assert moved[:, 0].max() > 1e-3
    assert np.abs(before.recommendation_to_search - after.recommendation_to_search)[:, 0].max() > 1e-5


def test_places_in_the_merged_history_matter_only_across(embedding):
    layer = extraction()
    batch = rows()
    before = layer(embedding(batch))
    batch[features.RECOMMENDATION_POSITIONS] = batch[features.RECOMMENDATION_POSITIONS] + 1
    after = layer(embedding(batch))
    np.testing.assert_array_equal(before.recommendation_to_recommendation, after.recommendation_to_recommendation)
    assert np.abs(before.search_to_recommendation - after.search_to_recommendation).max() > 1e-5
