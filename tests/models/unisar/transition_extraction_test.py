import json

import numpy as np
import pytest

from models.unisar.transition_extraction import TransitionExtraction
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_embedding import EmbeddingModule
from schemas import features
from schemas.canonical_event import Surface
from tests.support import unisar_batches

VOCABULARY = unisar_batches.vocabulary(attributes=False)
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


def test_configuration_and_weights(embedding):
    layer = extraction(num_layers=2)
    config = json.loads(json.dumps(layer.get_config()))
    assert TransitionExtraction.from_config(config).get_config() == layer.get_config()
    # Three position tables, and twelve weights for each layer of three transformers.
    assert len(layer.trainable_weights) == 3 + 3 * 2 * 12
    layer(embedding(unisar_batches.rows(VOCABULARY, Surface.SEARCH)))
    assert len(layer.trainable_weights) == 3 + 3 * 2 * 12


@pytest.mark.parametrize(
    ("switch", "weights", "missing"),
    [
        ("search_to_search", 3 + 36 - 13, 3),
        ("recommendation_to_recommendation", 3 + 36 - 13, 1),
        ("search_to_recommendation", 3 + 36, 0),
        ("recommendation_to_search", 3 + 36, 2),
    ],
)
def test_a_switch_removes_a_transition_and_leaves_the_others(embedding, switch, weights, missing):
    layer = extraction(**{switch: False})
    assert len(layer.trainable_weights) == weights
    transitions = layer(embedding(unisar_batches.rows(VOCABULARY, Surface.SEARCH)))
    assert [index for index, each in enumerate(transitions) if each is None] == [missing]


def test_without_both_crossings_their_transformer_goes():
    layer = extraction(search_to_recommendation=False, recommendation_to_search=False)
    assert len(layer.trainable_weights) == 2 * (1 + 12)


def test_s2r_never_sees_another_recommendation_token(embedding):
    layer = extraction()
    batch = unisar_batches.rows(VOCABULARY, Surface.SEARCH)
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
    batch = unisar_batches.rows(VOCABULARY, Surface.SEARCH)
    before = layer(embedding(batch))
    batch[features.RECOMMENDATION_POSITIONS] = batch[features.RECOMMENDATION_POSITIONS] + 1
    after = layer(embedding(batch))
    np.testing.assert_array_equal(before.recommendation_to_recommendation, after.recommendation_to_recommendation)
    assert np.abs(before.search_to_recommendation - after.search_to_recommendation).max() > 1e-5
