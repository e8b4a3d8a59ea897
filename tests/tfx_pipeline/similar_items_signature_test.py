"""`similar_items` of a real export, against cosines computed here."""

import numpy as np
import pytest
import tensorflow as tf

from schemas import signatures
from tests.support.exported_retriever import ITEMS, texts
from tfx_pipeline.similar_items_signature import vector_lengths


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
