"""The vectors of a real export, run as TF Serving runs it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from schemas import signatures
from tests.support.exported_retriever import HISTORY, ITEMS, history_inputs, texts, wanted
from tfx_pipeline.export.catalogue.item_vectors import ItemVectors
from tfx_pipeline.export.signatures.vector_signatures import vector_lengths

# Where nothing is known, the answer is popularity's.
USERS = history_inputs([HISTORY, HISTORY[:1], HISTORY[1:]], ["u1", "u2", "a stranger"])
QUERIES = {signatures.RANK_QUERY: texts(["red mug", "blue zzz", "lamp"])}
NOBODY = history_inputs([(), (), ()], [""] * 3)


def embedded(servable, item_ids):
    return servable.run(signatures.EMBED_ITEM, {signatures.ITEM_ID: texts(item_ids)})


def similar(servable, item_ids, k):
    inputs = {signatures.ITEM_ID: texts(item_ids), signatures.K: np.full([len(item_ids)], k, np.int32)}
    answer = servable.run(signatures.SIMILAR_ITEMS, inputs)
    return [[item.decode() for item in row] for row in answer[signatures.ITEMS]], answer[signatures.SCORES]


@pytest.mark.parametrize(
    ("embed", "told", "answer", "asked"),
    [
        (signatures.EMBED_USER, USERS, signatures.RECOMMEND, USERS),
        # A query's vector is that of a stranger's search.
        (signatures.EMBED_QUERY, QUERIES, signatures.SEARCH, NOBODY | QUERIES),
    ],
)
def test_a_vector_times_an_items_is_the_score_that_the_item_gets(servable, embed, told, answer, asked):
    vectors = servable.run(embed, told)[signatures.EMBEDDING]
    by_product = 1 / (1 + np.exp(-vectors @ embedded(servable, ITEMS)[signatures.EMBEDDING].T))
    found = servable.run(answer, asked | wanted(rows=3, k=12))
    order = np.argsort(found[signatures.ITEMS].astype(str), axis=1)
    np.testing.assert_allclose(np.take_along_axis(found[signatures.SCORES], order, axis=1), by_product, atol=1e-6)


def test_items_have_the_vectors_of_the_model_and_the_unknown_one_that_stands_for_it(servable, exported):
    answer = embedded(servable, ["item-c", "never seen", "item-a", ""])
    table = keras.ops.convert_to_numpy(exported.model.item_embeddings())
    rows = [exported.index("item-c"), 13, exported.index("item-a"), 13]
    np.testing.assert_allclose(answer[signatures.EMBEDDING], table[rows], atol=1e-6)
    assert answer[signatures.KNOWN].tolist() == [True, False, True, False]


def test_those_are_similar_whose_vectors_point_the_same_way(servable):
    vectors = embedded(servable, ITEMS)[signatures.EMBEDDING]
    directions = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = directions @ directions.T
    items, scores = similar(servable, ["item-b", "item-f"], 4)
    for place, found, given in zip((1, 5), items, scores, strict=True):
        best = [each for each in np.argsort(-cosines[place]) if each != place][:4]
        assert found == [ITEMS[each] for each in best]
        np.testing.assert_allclose(given, cosines[place][best], atol=1e-6)


def test_nothing_is_like_what_is_unknown(servable):
    items, scores = similar(servable, ["never seen", "", "item-a"], 2)
    assert items[:2] == [["", ""]] * 2 and "" not in items[2]
    assert not scores[:2].any()


def test_vectors_and_lengths_are_float32_whatever_the_table_is():
    table = tf.Variable([[3.0, 4.0], [0.0, 0.0]], dtype=tf.bfloat16)
    vectors = ItemVectors(table, transform=None).vectors(tf.constant([0]))
    assert vectors.dtype == tf.float32 and vectors.numpy().tolist() == [[3.0, 4.0]]
    assert vector_lengths(table).numpy().tolist() == [5.0, 0.0]
