"""The vectors of a real export, run as TF Serving runs it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from schemas import features, signatures
from schemas.canonical_event import Surface, Token
from tests.support.exported_retriever import ITEMS, history_inputs, texts
from tfx_pipeline.export.signatures.vector_signatures import vector_lengths

HISTORY = (Token(Surface.RECOMMENDATION, ("item-a",)), Token(Surface.SEARCH, ("item-c", "item-d"), "red"))


def item_vectors(servable, item_ids):
    return servable.run(signatures.EMBED_ITEM, {signatures.ITEM_ID: texts(item_ids)})


def scores_by_product(servable, vectors):
    products = vectors @ item_vectors(servable, ITEMS)[signatures.EMBEDDING].T
    return [dict(zip(ITEMS, row, strict=True)) for row in 1 / (1 + np.exp(-products))]


def retrieved(servable, signature, request):
    rows = len(request[signatures.RANK_USER_ID])
    shape = {
        signatures.K: np.full([rows], 12, np.int32),
        signatures.EXCLUDE_SEEN: np.zeros([rows], bool),
        signatures.CATEGORY: np.full([rows, 1], b"", object),
    }
    answer = servable.run(signature, request | shape)
    return [
        {item.decode(): score for item, score in zip(items, scores, strict=True)}
        for items, scores in zip(answer[signatures.ITEMS], answer[signatures.SCORES], strict=True)
    ]


def assert_same_scores(by_product, by_signature):
    for product, signature in zip(by_product, by_signature, strict=True):
        np.testing.assert_allclose([product[item] for item in ITEMS], [signature[item] for item in ITEMS], atol=1e-6)


def test_a_users_vector_times_an_items_is_the_score_of_recommend(servable):
    request = history_inputs([HISTORY, ()], ["u1", "a stranger"])
    vectors = servable.run(signatures.EMBED_USER, request)[signatures.EMBEDDING]
    assert vectors.shape == (2, 4) and vectors.dtype == np.float32
    assert_same_scores(scores_by_product(servable, vectors), retrieved(servable, signatures.RECOMMEND, request))


def test_a_querys_vector_times_an_items_is_the_score_of_search_for_a_stranger(servable):
    queries = texts(["red mug", "zzz", ""])
    vectors = servable.run(signatures.EMBED_QUERY, {signatures.RANK_QUERY: queries})[signatures.EMBEDDING]
    assert vectors.shape == (3, 4) and vectors.dtype == np.float32
    nobody = history_inputs([(), (), ()], [""] * 3) | {signatures.RANK_QUERY: queries}
    assert_same_scores(scores_by_product(servable, vectors), retrieved(servable, signatures.SEARCH, nobody))


def test_items_have_the_vectors_of_the_model_and_the_unknown_one_that_stands_for_it(servable, exported):
    answer = item_vectors(servable, ["item-c", "never seen", "item-a", ""])
    table = keras.ops.convert_to_numpy(exported.model.item_embeddings())
    vocabulary = exported.transform_output.vocabulary_by_name(features.ITEM_VOCABULARY)
    rows = [1 + vocabulary.index(b"item-c"), 13, 1 + vocabulary.index(b"item-a"), 13]
    np.testing.assert_allclose(answer[signatures.EMBEDDING], table[rows], atol=1e-6)
    assert answer[signatures.KNOWN].tolist() == [True, False, True, False]


def test_how_wide_vectors_are_is_told_beforehand(servable):
    for name in (signatures.EMBED_USER, signatures.EMBED_QUERY, signatures.EMBED_ITEM):
        shape = servable.signature_defs[name].outputs[signatures.EMBEDDING].tensor_shape
        assert [each.size for each in shape.dim] == [-1, 4]


def test_no_rows_are_no_vectors(servable):
    assert item_vectors(servable, [])[signatures.EMBEDDING].shape == (0, 4)
    no_query = {signatures.RANK_QUERY: texts([])}
    assert servable.run(signatures.EMBED_QUERY, no_query)[signatures.EMBEDDING].shape == (0, 4)


def similar(servable, item_ids, k):
    answer = servable.run(
        signatures.SIMILAR_ITEMS, {signatures.ITEM_ID: texts(item_ids), signatures.K: np.array(k, np.int32)}
    )
    return [[item.decode() for item in row] for row in answer[signatures.ITEMS]], answer[signatures.SCORES]


@pytest.fixture(scope="module")
def cosines(servable):
    answer = servable.run(signatures.EMBED_ITEM, {signatures.ITEM_ID: texts(ITEMS)})[signatures.EMBEDDING]
    directions = answer / np.linalg.norm(answer, axis=1, keepdims=True)
    return directions @ directions.T


def test_the_others_whose_vectors_point_the_same_way(servable, cosines):
    items, scores = similar(servable, ["item-b", "item-f"], [4, 4])
    for place, found, given in zip((1, 5), items, scores, strict=True):
        best = [each for each in np.argsort(-cosines[place]) if each != place][:4]
        assert found == [ITEMS[each] for each in best]
        np.testing.assert_allclose(given, cosines[place][best], atol=1e-6)


def test_never_the_item_itself_and_no_more_than_there_are(servable):
    items, scores = similar(servable, ["item-a"], [20])
    assert sorted(items[0][:11]) == [item for item in ITEMS if item != "item-a"]
    assert items[0][11:] == [""] * 9
    assert scores.shape == (1, 20) and not scores[0, 11:].any()


def test_each_row_gets_as_many_as_it_asks_for(servable):
    items, _ = similar(servable, ["item-a", "item-a"], [1, 3])
    assert items[0] == [items[1][0], "", ""]


def test_nothing_is_like_what_is_unknown(servable):
    items, scores = similar(servable, ["never seen", "", "item-a"], [2, 2, 2])
    assert items[:2] == [["", ""]] * 2 and "" not in items[2]
    assert not scores[:2].any()


def test_a_number_that_cannot_be_meant_is_refused(servable):
    with pytest.raises(tf.errors.InvalidArgumentError, match="`k` should be from 1 to 10000. Received:"):
        similar(servable, ["item-a"], [0])


def test_lengths_are_those_of_the_vectors():
    assert vector_lengths(tf.constant([[3.0, 4.0], [0.0, 0.0]], tf.bfloat16)).numpy().tolist() == [5.0, 0.0]
