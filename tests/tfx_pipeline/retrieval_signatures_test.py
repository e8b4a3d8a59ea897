"""`recommend` and `search` of a real export, run as TF Serving runs it; and the search itself on numbers by hand."""

import numpy as np
import pytest
import tensorflow as tf

from schemas import signatures
from schemas.canonical_event import Surface, Token
from tests.support.exported_retriever import ITEMS, NEWEST_CLICKS, history_inputs, texts
from tfx_pipeline.retrieval_index import RetrievalIndex
from tfx_pipeline.retrieval_signatures import Retrieval

HISTORY = (Token(Surface.RECOMMENDATION, ("item-a",)), Token(Surface.SEARCH, ("item-c", "item-d"), "red"))
STRANGE = (Token(Surface.RECOMMENDATION, ("never-seen",)),)


def request(histories, k, exclude_seen=False, queries=None):
    rows = len(histories)
    inputs = history_inputs(histories, ["u1"] * rows)
    inputs |= {
        signatures.K: np.array(k, np.int32),
        signatures.EXCLUDE_SEEN: np.array(np.broadcast_to(exclude_seen, [rows])),
    }
    return inputs | ({} if queries is None else {signatures.RANK_QUERY: texts(queries)})


def rank_all(servable, histories, queries):
    """Item to score of each row, by the signature `rank`."""
    rows = len(histories)
    inputs = history_inputs(histories, ["u1"] * rows)
    inputs[signatures.RANK_QUERY] = texts(queries)
    inputs[signatures.RANK_CANDIDATES] = np.stack([texts(ITEMS)] * rows)
    scores = servable.run(signatures.RANK, inputs)[signatures.SCORES]
    return [dict(zip((item.encode() for item in ITEMS), row, strict=True)) for row in scores]


@pytest.mark.parametrize("queries", [None, ["red mug", "zzz", "lamp"]])
def test_answers_the_best_items_with_the_scores_of_rank(servable, queries):
    name = signatures.RECOMMEND if queries is None else signatures.SEARCH
    histories = [HISTORY, (), STRANGE]
    answer = servable.run(name, request(histories, [5, 5, 5], queries=queries))
    expected = rank_all(servable, histories, queries or [""] * 3)
    assert answer[signatures.SCORES].shape == (3, 5)
    for items, scores, by_rank in zip(answer[signatures.ITEMS], answer[signatures.SCORES], expected, strict=True):
        assert items.tolist() == sorted(by_rank, key=by_rank.get, reverse=True)[:5]
        np.testing.assert_allclose(scores, [by_rank[item] for item in items], atol=1e-6)


def test_each_row_gets_as_many_as_it_asks_for(servable):
    answer = servable.run(signatures.RECOMMEND, request([HISTORY, (), ()], [2, 4, 1]))
    given = answer[signatures.ITEMS] != b""
    assert given.sum(axis=1).tolist() == [2, 4, 1] and given.shape == (3, 4)
    assert np.array_equal(answer[signatures.SCORES] > 0, given)


def test_more_than_the_catalogue_has_is_padded(servable):
    answer = servable.run(signatures.RECOMMEND, request([HISTORY], [40]))
    assert answer[signatures.ITEMS].shape == (1, 40)
    # All real items, once each, and nothing else: neither padding nor the unknown item.
    assert sorted(answer[signatures.ITEMS][0, : len(ITEMS)].tolist()) == [item.encode() for item in ITEMS]
    assert set(answer[signatures.ITEMS][0, len(ITEMS) :]) == {b""}
    assert not answer[signatures.SCORES][0, len(ITEMS) :].any()


def test_seen_items_are_left_out_where_a_row_asks_for_it(servable):
    histories = [HISTORY, HISTORY, STRANGE]
    everything = servable.run(signatures.RECOMMEND, request(histories, [12] * 3))
    answer = servable.run(signatures.RECOMMEND, request(histories, [12] * 3, exclude_seen=[True, False, True]))
    seen = {b"item-a", b"item-c", b"item-d"}
    unseen = [item for item in everything[signatures.ITEMS][0] if item not in seen]
    assert answer[signatures.ITEMS][0].tolist() == [*unseen, b"", b"", b""]
    assert not answer[signatures.SCORES][0, 9:].any()
    assert answer[signatures.ITEMS][1:].tolist() == everything[signatures.ITEMS][1:].tolist()


def test_rows_stay_full_when_seen_items_are_left_out(servable):
    everything = servable.run(signatures.RECOMMEND, request([HISTORY], [12]))[signatures.ITEMS][0].tolist()
    seen = tuple(Token(Surface.RECOMMENDATION, (item.decode(),)) for item in everything[:NEWEST_CLICKS])
    answer = servable.run(signatures.RECOMMEND, request([HISTORY + seen], [5], exclude_seen=True))
    assert b"" not in answer[signatures.ITEMS]


def test_what_is_too_long_ago_for_the_model_was_seen_too(servable):
    clicks = tuple(Token(Surface.RECOMMENDATION, (item,)) for item in ITEMS[: NEWEST_CLICKS + 3])
    answer = servable.run(signatures.RECOMMEND, request([clicks], [12], exclude_seen=True))
    left = {item.decode() for item in answer[signatures.ITEMS][0]} - {""}
    assert left == set(ITEMS[NEWEST_CLICKS + 3 :])


def test_a_search_for_nothing_is_served(servable):
    answer = servable.run(signatures.SEARCH, request([HISTORY], [3], queries=[""]))
    assert b"" not in answer[signatures.ITEMS]


@pytest.mark.parametrize("k", [0, -1, 10_001])
def test_a_number_that_cannot_be_meant_is_refused(servable, k):
    with pytest.raises(tf.errors.InvalidArgumentError, match="`k` should be from 1 to 10000. Received:"):
        servable.run(signatures.RECOMMEND, request([HISTORY, ()], [3, k]))


def test_the_python_loader_answers_alike(exported, servable):
    loaded = tf.saved_model.load(exported.model_dir)
    inputs = request([HISTORY], [4])
    answer = loaded.signatures[signatures.RECOMMEND](**{name: tf.constant(each) for name, each in inputs.items()})
    assert answer[signatures.ITEMS].numpy().tolist() == servable.run("recommend", inputs)[signatures.ITEMS].tolist()


class TestRetrieval:
    """Three items between padding and the unknown, of one dimension: a product is a product of two numbers."""

    TABLE = tf.constant([[9.0], [1.0], [3.0], [2.0], [9.0]])
    IDS = tf.constant(["", "a", "b", "c", ""])

    def best(self, places, k, seen=(), exclude_seen=True):
        asked = []

        def nearest(queries, wanted):
            asked.append(int(wanted))
            return tf.constant([places[: int(wanted)]])

        retrieval = Retrieval(RetrievalIndex(nearest, ()), self.TABLE, self.IDS)
        seen = tf.constant([seen], tf.string, [1, len(seen)])
        items, logits = retrieval.best(tf.constant([[2.0]]), tf.constant([k]), tf.constant([exclude_seen]), seen)
        return asked, items.numpy()[0].tolist(), logits.numpy()[0].tolist()

    def test_orders_by_the_products_whatever_the_index_thinks(self):
        assert self.best([0, 2, 1], k=3) == ([3], [b"b", b"c", b"a"], [6.0, 4.0, 2.0])

    def test_asks_for_no_more_than_may_be_left_out(self):
        assert self.best([1, 2, 0], k=1, seen=["b", ""]) == ([2], [b"c"], [4.0])
        assert self.best([1, 2, 0], k=1, seen=["b", ""], exclude_seen=False) == ([1], [b"b"], [6.0])

    def test_what_an_index_did_not_find_is_padding(self):
        assert self.best([1, -1, -1], k=2) == ([2], [b"b", b""], [6.0, -np.inf])

    def test_scores_are_computed_in_the_precision_of_the_model(self):
        index = RetrievalIndex(lambda queries, wanted: tf.constant([[1, 0, 2]]), ())
        table = tf.constant([[9.0], [1.0], [1.0078125], [-1.0], [9.0]], tf.bfloat16)
        requests = tf.constant([[1.0078125]], tf.bfloat16)
        answer = Retrieval(index, table, self.IDS).best(
            requests, tf.constant([3]), tf.constant([False]), tf.constant([[""]])
        )
        # 1.0078125 squared is 1.01568..., which bfloat16 rounds to 1.015625.
        assert answer[1].numpy().tolist() == [[1.015625, 1.0078125, -1.0078125]]
