"""`explain` of a UniSAR behind a real Transform graph; its limits are 3 clicks and 2 searches."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_model import UniSAR
from schemas import signatures
from schemas.canonical_event import Surface, Token
from tests.support.exported_retriever import NEWEST_CLICKS, NEWEST_SEARCHES, history_inputs, retriever, texts
from tfx_pipeline.export.saved_model import constant_tables
from tfx_pipeline.export.serving_transform import ServingTransform
from tfx_pipeline.export.signatures.explain_signature import explain_signature
from tfx_pipeline.export.signatures.ranking_signatures import ranking_signatures

CLICKED = [Token(Surface.RECOMMENDATION, (f"item-{letter}",)) for letter in "abcd"]
SEARCHED = [Token(Surface.SEARCH, (f"item-{letter}",), "red mug") for letter in "efg"]
HISTORY = (CLICKED[0], SEARCHED[0], CLICKED[1], SEARCHED[1], CLICKED[2], CLICKED[3], SEARCHED[2])
CANDIDATES = ["item-h", "item-a", "", "never-seen"]


@pytest.fixture(scope="module")
def functions(exported):
    """`explain`, and the `rank` of the same model."""
    keras.utils.set_random_seed(3)
    sizes = {"recommendation_history": NEWEST_CLICKS, "search_history": NEWEST_SEARCHES}
    config = UniSARConfig(dim=4, user_dim=2, item_dim=2, word_dim=2, num_heads=2, **sizes)
    model = UniSAR(config, retriever(exported.transform_output).vocabulary)
    model.build()
    for weight in model.trainable_weights:
        weight.assign(keras.random.normal(weight.shape, stddev=0.7))
    transform, table = ServingTransform(exported.transform_output), constant_tables(model.item_embeddings())
    rank = ranking_signatures(model, transform, table)[signatures.RANK]
    return explain_signature(model, transform, table), rank


def request(histories, query=""):
    asked = history_inputs(histories, ["u1"] * len(histories))
    asked[signatures.RANK_QUERY] = texts([query] * len(histories))
    asked[signatures.RANK_CANDIDATES] = np.stack([texts(CANDIDATES)] * len(histories))
    return asked


def ask(function, asked):
    return {
        name: value.numpy()
        for name, value in function(*(tf.constant(asked[name]) for name in signatures.RANK_INPUTS)).items()
    }


@pytest.mark.parametrize("query", ["", "red mug"])
def test_scores_are_those_of_rank(functions, query):
    explain, rank = functions
    asked = request([HISTORY, ()], query)
    expected = ask(rank, asked)[signatures.SCORES]
    np.testing.assert_allclose(ask(explain, asked)[signatures.SCORES], expected, atol=1e-6)


def test_weights_stand_at_the_requests_own_tokens(functions):
    answer = ask(functions[0], request([HISTORY, HISTORY[:2], ()]))[signatures.HISTORY_WEIGHTS]
    assert answer.shape == (3, 4, 7) and answer.dtype == np.float32
    # The oldest click and the oldest search are one more each than the model keeps; padding is no candidate.
    kept = np.array([[0, 0, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0, 0], [0] * 7])
    is_item = np.array([1, 1, 0, 1])
    np.testing.assert_array_equal(answer > 0, kept[:, None] * is_item[:, None] > 0)
    is_search = np.array([token.surface is Surface.SEARCH for token in HISTORY])
    for of_surface in (is_search, ~is_search):
        sums = answer[:, :, of_surface].sum(axis=2)
        np.testing.assert_allclose(sums, [is_item, is_item, [0] * 4], rtol=1e-5)
    np.testing.assert_allclose(answer[1, :, :2], np.stack([is_item] * 2, axis=1), rtol=1e-5)


def test_a_token_keeps_its_weight_wherever_padding_stands(functions):
    asked = request([HISTORY])
    expected = ask(functions[0], asked)[signatures.HISTORY_WEIGHTS]
    places = [1, 2, 3, 5, 6, 7, 9]
    for name in (signatures.RANK_HISTORY_SURFACES, signatures.RANK_HISTORY_QUERIES, signatures.RANK_HISTORY_ITEMS):
        wider = np.full([1, 10, *asked[name].shape[2:]], b"", object)
        wider[:, places] = asked[name]
        asked[name] = wider
    answer = ask(functions[0], asked)[signatures.HISTORY_WEIGHTS]
    np.testing.assert_allclose(answer[:, :, places], expected, rtol=1e-5)
    assert not answer[:, :, [0, 4, 8]].any()


def test_weights_are_told_by_what_is_weighed(functions):
    """Two tokens that trade places trade weights too, but for what positions do: they are not simply in order."""
    alone = ask(functions[0], request([(CLICKED[0], CLICKED[1])]))[signatures.HISTORY_WEIGHTS]
    # By little, and by as much as untrained weights happen to say.
    assert np.abs(alone[0, :, 0] - alone[0, :, 1]).max() > 1e-6
    # The same two clicks, with a search between them: each still has its own surface to itself.
    between = ask(functions[0], request([(CLICKED[0], SEARCHED[0], CLICKED[1])]))[signatures.HISTORY_WEIGHTS]
    assert between[0, 0, 1] == pytest.approx(1, abs=1e-5)
    assert between[0, 0, 0] + between[0, 0, 2] == pytest.approx(1, abs=1e-5)
