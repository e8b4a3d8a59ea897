"""`recommend` and `search` of a real export, run as TF Serving runs it; and the search itself on numbers by hand."""

import numpy as np
import pytest
import tensorflow as tf

from schemas import signatures
from schemas.canonical_event import Surface, Token
from tests.support.exported_retriever import ITEMS, NEWEST_CLICKS, history_inputs, texts
from tfx_pipeline.export.catalogue.category_filter import CategoryFilter
from tfx_pipeline.export.catalogue.retrieval_index import RetrievalIndex
from tfx_pipeline.export.signatures.retrieval_signatures import Retrieval

HISTORY = (Token(Surface.RECOMMENDATION, ("item-a",)), Token(Surface.SEARCH, ("item-c", "item-d"), "red"))
STRANGE = (Token(Surface.RECOMMENDATION, ("never-seen",)),)


def request(histories, k, exclude_seen=False, queries=None, categories=None):
    rows = len(histories)
    inputs = history_inputs(histories, ["u1"] * rows)
    inputs |= {
        signatures.K: np.array(k, np.int32),
        signatures.EXCLUDE_SEEN: np.array(np.broadcast_to(exclude_seen, [rows])),
        signatures.CATEGORY: np.stack([texts(each) for each in categories or [("",)] * rows]),
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


@pytest.mark.parametrize("queries", [None, ["red mug"] * 4])
def test_each_row_gets_the_best_of_its_category(servable, queries):
    name = signatures.RECOMMEND if queries is None else signatures.SEARCH
    wanted = [("home", ""), ("", "lamps"), ("garden", "lamps"), ("", "")]
    answer = servable.run(name, request([HISTORY] * 4, [12] * 4, queries=queries, categories=wanted))
    everything = servable.run(name, request([HISTORY], [12], queries=queries and queries[:1]))
    scores = dict(zip(everything[signatures.ITEMS][0], everything[signatures.SCORES][0], strict=True))
    for place, chosen in enumerate([ITEMS[0:6], ITEMS[4:9], ITEMS[6:9], ITEMS]):
        expected = [item for item in scores if item.decode() in chosen]
        assert answer[signatures.ITEMS][place].tolist() == expected + [b""] * (12 - len(expected))
        np.testing.assert_allclose(
            answer[signatures.SCORES][place, : len(expected)], [scores[item] for item in expected], atol=1e-6
        )


def test_a_category_that_is_full_fills_its_rows_without_what_was_seen(servable):
    answer = servable.run(
        signatures.RECOMMEND, request([HISTORY, HISTORY], [3, 3], True, categories=[("home",), ("zoo",)])
    )
    # Of the six items of the category, three are in the history.
    assert sorted(answer[signatures.ITEMS][0].tolist()) == [b"item-b", b"item-e", b"item-f"]
    assert answer[signatures.ITEMS][1].tolist() == [b""] * 3


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
    CATEGORIES = CategoryFilter(np.array([[""], ["odd"], ["even"], ["odd"], [""]], object))

    def best(self, places, k, seen=(), exclude_seen=True, category=""):
        asked = []

        def nearest(queries, wanted):
            asked.append(int(wanted))
            return tf.constant([places[: int(wanted)]])

        retrieval = Retrieval(RetrievalIndex(nearest, ()), self.TABLE, self.IDS, self.CATEGORIES)
        seen = tf.constant([seen], tf.string, [1, len(seen)])
        items, logits = retrieval.best(
            tf.constant([[2.0]]), tf.constant([k]), tf.constant([exclude_seen]), seen, tf.constant([[category]])
        )
        return asked, items.numpy()[0].tolist(), logits.numpy()[0].tolist()

    def test_orders_by_the_products_whatever_the_index_thinks(self):
        assert self.best([0, 2, 1], k=3) == ([3], [b"b", b"c", b"a"], [6.0, 4.0, 2.0])

    def test_asks_for_no_more_than_may_be_left_out(self):
        assert self.best([1, 2, 0], k=1, seen=["b", ""]) == ([2], [b"c"], [4.0])
        assert self.best([1, 2, 0], k=1, seen=["b", ""], exclude_seen=False) == ([1], [b"b"], [6.0])

    def test_a_category_is_searched_in_full_whatever_the_index_finds(self):
        # It would find nothing but the item of the other category.
        _, items, logits = self.best([1, -1, -1], k=3, category="odd")
        assert (items, logits) == ([b"c", b"a", b""], [4.0, 2.0, -np.inf])

    def test_a_row_without_a_category_gets_what_the_index_finds_also_beside_one_that_has_one(self):
        index = RetrievalIndex(lambda queries, wanted: tf.constant([[0], [0]]), ())
        answer = Retrieval(index, self.TABLE, self.IDS, self.CATEGORIES).best(
            tf.constant([[2.0], [2.0]]),
            tf.constant([1, 1]),
            tf.constant([False, False]),
            tf.constant([[""], [""]]),
            tf.constant([[""], ["odd"]]),
        )
        assert answer[0].numpy().tolist() == [[b"a"], [b"c"]]

    def test_what_an_index_did_not_find_is_padding(self):
        assert self.best([1, -1, -1], k=2) == ([2], [b"b", b""], [6.0, -np.inf])

    def test_scores_are_computed_in_the_precision_of_the_model(self):
        index = RetrievalIndex(lambda queries, wanted: tf.constant([[1, 0, 2]]), ())
        table = tf.constant([[9.0], [1.0], [1.0078125], [-1.0], [9.0]], tf.bfloat16)
        requests = tf.constant([[1.0078125]], tf.bfloat16)
        answer = Retrieval(index, table, self.IDS, self.CATEGORIES).best(
            requests, tf.constant([3]), tf.constant([False]), tf.constant([[""]]), tf.constant([[""]])
        )
        # 1.0078125 squared is 1.01568..., which bfloat16 rounds to 1.015625.
        assert answer[1].numpy().tolist() == [[1.015625, 1.0078125, -1.0078125]]
