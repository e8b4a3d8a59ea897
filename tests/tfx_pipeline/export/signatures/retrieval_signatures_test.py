"""`recommend` and `search` of a real export, run as TF Serving runs it; and the search itself on numbers by hand."""

import contextlib

import numpy as np
import pytest
import tensorflow as tf

from components.retrieve_then_rank.composed_model import save_composed_model
from components.retrieve_then_rank.item_prior import ItemPrior
from components.servability_gate.gate_config import GateConfig
from components.servability_gate.trial import check
from schemas import signatures
from schemas.canonical_event import Surface, Token
from serving.local_server.models.servable import Servable
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.exported_retriever import (
    ENGAGEMENTS,
    GATE_EXAMPLES,
    HISTORY,
    ITEMS,
    NEWEST_CLICKS,
    STRANGE,
    history_inputs,
    rank_inputs,
    texts,
    wanted,
)
from tests.support.in_process_server import serve_in_process
from tfx_pipeline.export.catalogue.category_filter import CategoryFilter
from tfx_pipeline.export.catalogue.retrieval_index import RetrievalIndex
from tfx_pipeline.export.signatures.retrieval_signatures import Retrieval


def clicks(*items):
    return tuple(Token(Surface.RECOMMENDATION, (item,)) for item in items)


def request(histories, k=12, exclude_seen=False, queries=None, categories=None):
    rows = len(histories)
    inputs = history_inputs(histories, ["u1"] * rows) | wanted(rows, k)
    inputs[signatures.EXCLUDE_SEEN] = np.array(np.broadcast_to(exclude_seen, [rows]))
    if categories:
        inputs[signatures.CATEGORY] = np.stack([texts(each) for each in categories])
    return inputs | ({} if queries is None else {signatures.RANK_QUERY: texts(queries)})


def listed(servable, inputs):
    """The items that each row is answered, and their scores."""
    name = signatures.SEARCH if signatures.RANK_QUERY in inputs else signatures.RECOMMEND
    answer = servable.run(name, inputs)
    return [[item.decode() for item in row] for row in answer[signatures.ITEMS]], answer[signatures.SCORES]


@pytest.mark.parametrize("queries", [None, ["red mug", "zzz", ""]])
def test_answers_the_best_items_with_the_scores_of_rank(servable, queries):
    histories = [HISTORY, HISTORY, HISTORY[:1]]
    asked = rank_inputs(histories, ["u1"] * 3, queries or [""] * 3, ITEMS)
    ranked = servable.run(signatures.RANK, asked)[signatures.SCORES]
    answered = zip(*listed(servable, request(histories, 5, queries=queries)), strict=True)
    for row, (items, scores) in enumerate(answered):
        # A search for nothing is a search still, which `rank` cannot ask for.
        if queries is None or queries[row]:
            best = np.argsort(-ranked[row])[:5]
            assert items == [ITEMS[place] for place in best]
            np.testing.assert_allclose(scores, ranked[row, best], atol=1e-6)
        assert "" not in items


@pytest.mark.parametrize("popular_negatives", [False, True])
def test_before_a_ranker_of_popular_negatives_popularity_counts_again(popular_negatives, exported, tmp_path):
    """The odds of `rank` times the item's share of engagements, each item counted once more, by that of an average."""
    composed = str(tmp_path / "composed")
    save_composed_model(exported.model_dir, exported.model_dir, composed, 12, popular_negatives)
    counts = np.array([1 + ENGAGEMENTS.get(item, 0) for item in ITEMS])
    times = counts / counts.mean() if popular_negatives else np.ones(len(ITEMS))
    with contextlib.closing(Servable(composed)) as model:
        for query in ("red mug", None):
            asked = rank_inputs([HISTORY], ["u1"], [query or ""], ITEMS)
            scores = model.run(signatures.RANK, asked)[signatures.SCORES][0].astype(np.float64)
            odds = scores / (1 - scores) * times
            (items,), answered = listed(model, request([HISTORY], queries=query and [query]))
            assert items == [ITEMS[place] for place in np.argsort(-odds)]
            np.testing.assert_allclose(answered[0], np.sort(odds / (1 + odds))[::-1], rtol=1e-5)
        if popular_negatives:
            told = model.run(signatures.ITEM_PRIOR, {signatures.ITEM_ID: texts(ITEMS)})[signatures.PRIOR]
            np.testing.assert_allclose(told, np.log(times), rtol=1e-5)
    file = write_examples(tmp_path / "test.gz", GATE_EXAMPLES)
    requests = str(tmp_path / "requests")
    assert check(composed, [file], GateConfig(examples=4), requests, serve_in_process).reasons == ()


def test_the_gate_refuses_a_ranker_that_lists_do_not_score_as(exported, tmp_path, monkeypatch):
    """As if the lists' part of the model and `rank` were exported with unlike priors or weights."""
    composed = str(tmp_path / "composed")
    monkeypatch.setattr(ItemPrior, "among_all", lambda self, items, scores, calibrated: (scores, scores))
    save_composed_model(exported.model_dir, exported.model_dir, composed, 12, True)
    file = write_examples(tmp_path / "test.gz", [behaviour_example(["item-a", "item-b"], history=HISTORY)])
    reasons = check(composed, [file], GateConfig(examples=1), str(tmp_path / "requests"), serve_in_process).reasons
    assert "`recommend` and `rank` score the same items differently: with the `prior`" in " ".join(reasons)


def test_seen_items_are_left_out_where_a_row_asks_for_it(servable):
    histories = [HISTORY, HISTORY, STRANGE]
    everything, _ = listed(servable, request(histories))
    items, scores = listed(servable, request(histories, exclude_seen=[True, False, True]))
    unseen = [item for item in everything[0] if item not in ("item-a", "item-c", "item-d")]
    assert items == [[*unseen, "", "", ""], *everything[1:]]
    assert not scores[0, 9:].any()


def test_what_is_too_long_ago_for_the_model_was_seen_too(servable):
    items, _ = listed(servable, request([clicks(*ITEMS[: NEWEST_CLICKS + 3])], exclude_seen=True))
    assert set(items[0]) - {""} == set(ITEMS[NEWEST_CLICKS + 3 :])


@pytest.mark.parametrize("queries", [None, ["red mug"] * 4])
def test_each_row_gets_the_best_of_its_category(servable, queries):
    wanted = [("home", ""), ("", "lamps"), ("garden", "lamps"), ("", "")]
    items, scores = listed(servable, request([HISTORY] * 4, queries=queries, categories=wanted))
    for place, chosen in enumerate([ITEMS[0:6], ITEMS[4:9], ITEMS[6:9], ITEMS]):
        # The last row asks for everything.
        expected = [item for item in items[3] if item in chosen]
        assert items[place] == expected + [""] * (12 - len(expected))
        own = [scores[3, items[3].index(item)] for item in expected]
        np.testing.assert_allclose(scores[place, : len(expected)], own, atol=1e-6)


def test_a_category_that_is_full_fills_its_rows_without_what_was_seen(servable):
    items, _ = listed(servable, request([HISTORY] * 2, 3, exclude_seen=True, categories=[("home",), ("zoo",)]))
    # Of the six items of the category, three are in the history.
    assert sorted(items[0]) == ["item-b", "item-e", "item-f"]
    assert items[1] == [""] * 3


def test_the_python_loader_answers_alike(exported, servable):
    loaded = tf.saved_model.load(exported.model_dir)
    inputs = request([HISTORY], 4)
    answer = loaded.signatures[signatures.RECOMMEND](**{name: tf.constant(each) for name, each in inputs.items()})
    assert answer[signatures.ITEMS].numpy().tolist() == servable.run("recommend", inputs)[signatures.ITEMS].tolist()


class TestRetrieval:
    """Three items between padding and the unknown, of one dimension: a product is a product of two numbers."""

    TABLE = tf.constant([[9.0], [1.0], [3.0], [2.0], [9.0]])
    IDS = tf.constant(["", "a", "b", "c", ""])
    CATEGORIES = CategoryFilter(np.array([[""], ["odd"], ["even"], ["odd"], [""]], object))

    def best(self, places, k, seen=(), exclude_seen=True, categories=("",), table=TABLE, request=2.0):
        """How many items the index was asked for, and what each row is answered; all rows but for categories alike."""
        asked = []
        rows = len(categories)
        excluded = seen if exclude_seen else [""] * len(seen)

        def nearest(queries, wanted):
            asked.append(int(wanted))
            return tf.constant([places[: int(wanted)]] * rows)

        found, logits = Retrieval(RetrievalIndex(nearest, ()), table, self.IDS, self.CATEGORIES).best(
            tf.constant([[request]] * rows, table.dtype),
            tf.constant(k),
            tf.constant([excluded] * rows, tf.string, [rows, len(seen)]),
            tf.constant([[category] for category in categories]),
        )
        return asked, tf.gather(self.IDS, found).numpy().tolist(), logits.numpy().tolist()

    def test_orders_by_the_products_and_what_the_index_did_not_find_is_padding(self):
        assert self.best([0, 2, 1], k=3) == ([3], [[b"b", b"c", b"a"]], [[6.0, 4.0, 2.0]])
        assert self.best([1, -1, -1], k=2) == ([2], [[b"b", b""]], [[6.0, -np.inf]])

    def test_the_level_of_a_request_moves_its_logits_and_not_its_items(self):
        retrieval = Retrieval(
            RetrievalIndex(lambda queries, wanted: tf.constant([[0, 2, 1]] * 2), ()),
            self.TABLE,
            self.IDS,
            self.CATEGORIES,
            lambda requests, table: 10 * requests[:, 0] + table[2, 0],
        )
        nothing, anywhere = tf.constant([[], []], tf.string, [2, 0]), tf.constant([[""], [""]])
        found, logits = retrieval.best(tf.constant([[2.0], [1.0]]), tf.constant(3), nothing, anywhere)
        assert tf.gather(self.IDS, found).numpy().tolist() == [[b"b", b"c", b"a"]] * 2
        # The products, less 23 and 13.
        assert logits.numpy().tolist() == [[-17.0, -19.0, -21.0], [-10.0, -11.0, -12.0]]

    def test_asks_for_as_many_more_as_may_be_left_out(self):
        assert self.best([1, 2, 0], k=1, seen=["b", ""]) == ([2], [[b"c"]], [[4.0]])
        assert self.best([1, 2, 0], k=1, seen=["b", ""], exclude_seen=False) == ([1], [[b"b"]], [[6.0]])

    def test_a_category_is_searched_in_full_whatever_the_index_finds(self):
        # It finds nothing but the item of the other category. A row without a category is answered that one.
        _, items, logits = self.best([1, -1, -1], k=3, categories=["odd", ""])
        assert items == [[b"c", b"a", b""], [b"b", b"", b""]]
        assert logits == [[4.0, 2.0, -np.inf], [6.0, -np.inf, -np.inf]]

    def test_scores_are_computed_in_the_precision_of_the_model(self):
        table = tf.constant([[9.0], [1.0], [1.0078125], [-1.0], [9.0]], tf.bfloat16)
        _, _, logits = self.best([1, 0, 2], k=3, table=table, request=1.0078125)
        # 1.0078125 squared is 1.01568..., which bfloat16 rounds to 1.015625.
        assert logits == [[1.015625, 1.0078125, -1.0078125]]


NEVER_MET = [(), STRANGE, (Token(Surface.SEARCH, ("never-seen",), "zzz"),)]
BY_POPULARITY = ["item-l", "item-b", "item-i", "item-d"]


@pytest.mark.parametrize("queries", [None, ["zzz", "", "never"]])
def test_of_whom_nothing_is_known_gets_the_most_popular_items_in_their_order(servable, queries):
    inputs = request(NEVER_MET, 4, queries=queries)
    name = signatures.RECOMMEND if queries is None else signatures.SEARCH
    answer = servable.run(name, inputs)
    assert answer[signatures.ITEMS].astype(str).tolist() == [BY_POPULARITY] * 3
    assert answer[signatures.SOURCES].astype(str).tolist() == [["popularity"] * 4] * 3
    # Of 13 engagements, and one more for each of the twelve items.
    np.testing.assert_allclose(answer[signatures.SCORES], [np.array([6, 5, 4, 2]) / 25] * 3, rtol=1e-6)


def test_so_a_new_users_answer_is_as_good_as_popularity(servable):
    """Whatever is bought next: the hit rate at any cut is that of the most popular items."""
    ranks = servable.run(signatures.RECOMMEND, request([()], 12))[signatures.ITEMS][0].astype(str).tolist()
    places = {item: -ENGAGEMENTS.get(item, 0) for item in ITEMS}
    assert [places[item] for item in ranks] == sorted(places.values())


def test_the_most_popular_items_of_a_category_beside_a_row_of_whom_something_is_known(servable):
    inputs = request([STRANGE, HISTORY], 3, exclude_seen=True, categories=[("home",), ("home",)])
    answer = servable.run(signatures.RECOMMEND, inputs)
    # The first six items are of the category, and training met two of them.
    assert answer[signatures.ITEMS][0, :2].astype(str).tolist() == ["item-b", "item-d"]
    assert answer[signatures.ITEMS][0, 2].decode() in ITEMS[:6]
    assert answer[signatures.SOURCES].astype(str).tolist() == [["popularity"] * 3, ["vectors"] * 3]
