"""Both ways to the best items, against real servers."""

from collections import Counter

import pytest

from schemas import signatures
from schemas.canonical_event import Event, Item, Surface, Token
from serving.client.ranking_client import RankingClient
from serving.client.requests import RetrievalRequest
from serving.shop_log.best_items import Candidates, best_items, choose_candidates, ranked_candidates
from serving.shop_log.event_log import EventLog

LOG = EventLog(items={name: Item(name) for name in "abcde"}, item_counts=Counter(a=1, b=5, c=3, d=4))


def test_the_catalogue_without_what_the_user_has():
    chosen = choose_candidates(LOG, owned={"b", "e"})
    assert (chosen.item_ids, chosen.catalogue, chosen.is_cut) == (("a", "c", "d"), 3, False)


def test_a_large_catalogue_is_cut_to_its_most_popular_items():
    chosen = choose_candidates(LOG, owned={"b"}, most=2)
    assert (chosen.item_ids, chosen.catalogue, chosen.is_cut) == (("c", "d"), 4, True)


def test_a_category_holds_the_items_that_fit_at_every_level_that_is_named():
    categories = {"a": ("home", "mugs"), "b": ("home",), "c": ("garden", "mugs"), "d": ()}
    log = EventLog(items={name: Item(name, categories=each) for name, each in categories.items()})
    for category, expected in [
        (("home",), "ab"),
        (("", "mugs"), "ac"),
        (("home", "mugs"), "a"),
        (("home", "mugs", "blue"), ""),
        (("", ""), "abcd"),
    ]:
        assert choose_candidates(log, owned=(), category=category).item_ids == tuple(expected)


def test_wanted_items_are_kept_in_any_case():
    assert choose_candidates(LOG, owned={"b", "e"}, wanted=["e"]).item_ids == ("a", "c", "d", "e")
    assert choose_candidates(LOG, owned=(), wanted=["e"], most=1).item_ids == ("b", "e")


HISTORY = (Token(Surface.RECOMMENDATION, ("c",)),)


@pytest.fixture
def log():
    """User 7 has c and d, and was shown a."""
    events = [
        Event("7", 1, Surface.RECOMMENDATION, item_id="d"),
        Event("7", 2, Surface.RECOMMENDATION, item_id="a", label=0),
        Event("7", 3, Surface.RECOMMENDATION, item_id="c"),
        Event("7", 4, Surface.SEARCH, "nothing clicked"),
    ]
    return EventLog({item_id: Item(item_id) for item_id in "abcd"}, events={"7": events})


@pytest.fixture
def retriever(retrieval_server):
    with RankingClient(retrieval_server.rest_address, "shop") as client:
        yield client


@pytest.fixture
def ranker(rank_server):
    with RankingClient(rank_server.rest_address, "shop") as client:
        yield client


def item_ids(best):
    return [item.item_id for item in best.items]


def test_a_model_that_retrieves_is_asked_to(retriever, log):
    best = best_items(retriever, log, RetrievalRequest("8", k=3))
    assert (item_ids(best), best.signature, best.candidates) == (["é", "d", "c"], signatures.RECOMMEND, None)
    best = best_items(retriever, log, RetrievalRequest("8", k=2, query="a"))
    assert (item_ids(best), best.signature) == (["a", "é"], signatures.SEARCH)


def test_what_the_user_has_is_left_out_whether_or_not_the_history_tells_it(retriever, log):
    # Of c and d, the history tells c alone.
    assert item_ids(best_items(retriever, log, RetrievalRequest("7", k=2, history=HISTORY))) == ["é", "b"]
    assert item_ids(best_items(retriever, log, RetrievalRequest("7", k=9, history=HISTORY))) == ["é", "b", "a"]


def test_what_the_user_took_later_may_be_found(retriever, ranker, log):
    """Of c and d, c is told by the history, so the wish for it changes nothing."""
    for client, best in ((retriever, ["é", "d", "b", "a"]), (ranker, ["a", "b", "d"])):
        found = best_items(client, log, RetrievalRequest("7", k=9, history=HISTORY), wanted=["c", "d"])
        assert sorted(item_ids(found)) == sorted(best)
        assert found.seconds > 0


def test_a_model_that_does_not_retrieve_ranks_the_catalogue(ranker, log):
    best = best_items(ranker, log, RetrievalRequest("7", k=1, history=HISTORY))
    assert (item_ids(best), best.signature) == (["a"], signatures.RANK)
    assert best.candidates == Candidates(("a", "b"), 2)


def test_what_the_history_alone_tells_is_left_out_too(ranker, retriever, log):
    history = (Token(Surface.RECOMMENDATION, ("a",)), Token(Surface.SEARCH, ("b",), "x"))
    assert item_ids(best_items(ranker, log, RetrievalRequest("8", history=history))) == ["c", "d"]
    assert item_ids(best_items(retriever, log, RetrievalRequest("8", history=history))) == ["é", "d", "c"]


def test_a_category_holds_for_either(ranker, retriever, log):
    assert item_ids(best_items(retriever, log, RetrievalRequest("8", category=("b",)))) == ["b"]
    log.items["b"] = Item("b", categories=("birds",))
    assert item_ids(best_items(ranker, log, RetrievalRequest("8", category=("birds",)))) == ["b"]


def test_candidates_of_ones_own(retriever):
    best = ranked_candidates(retriever, RetrievalRequest("7", query="x"), Candidates(("a", "c", "b"), 3))
    assert (item_ids(best), best.signature) == (["c", "b", "a"], signatures.RANK)


def test_nothing_to_rank(ranker):
    with pytest.raises(ValueError, match="there is no item to rank"):
        best_items(ranker, EventLog(), RetrievalRequest("7"))
