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


@pytest.mark.parametrize(
    ("choice", "item_ids", "catalogue", "is_cut"),
    [
        ({"owned": {"b", "e"}}, "acd", 3, False),
        ({"owned": {"b"}, "most": 2}, "cd", 4, True),
        # What is wanted is kept, owned or not, popular or not.
        ({"owned": {"b", "e"}, "wanted": ["e"]}, "acde", 4, False),
        ({"owned": (), "wanted": ["e"], "most": 1}, "be", 5, True),
    ],
)
def test_the_catalogue_without_what_the_user_has_or_its_most_popular_part(choice, item_ids, catalogue, is_cut):
    chosen = choose_candidates(LOG, **choice)
    assert (chosen, chosen.is_cut) == (Candidates(tuple(item_ids), catalogue), is_cut)


@pytest.mark.parametrize(
    ("category", "item_ids"),
    [
        (("home",), "ab"),
        (("", "mugs"), "ac"),
        (("home", "mugs"), "a"),
        (("home", "mugs", "blue"), ""),
        (("", ""), "abcd"),
    ],
)
def test_a_category_holds_the_items_that_fit_at_every_level_that_is_named(category, item_ids):
    categories = {"a": ("home", "mugs"), "b": ("home",), "c": ("garden", "mugs"), "d": ()}
    log = EventLog(items={name: Item(name, categories=each) for name, each in categories.items()})
    assert choose_candidates(log, owned=(), category=category).item_ids == tuple(item_ids)


C_CLICKED = (Token(Surface.RECOMMENDATION, ("c",)),)
A_AND_B = (Token(Surface.RECOMMENDATION, ("a",)), Token(Surface.SEARCH, ("b",), "x"))


@pytest.fixture
def log():
    """User 7 has c and d, and was shown a."""
    events = [
        Event("7", 1, Surface.RECOMMENDATION, item_id="d"),
        Event("7", 2, Surface.RECOMMENDATION, item_id="a", label=0),
        Event("7", 3, Surface.RECOMMENDATION, item_id="c"),
        Event("7", 4, Surface.SEARCH, "nothing clicked"),
    ]
    return EventLog({item_id: Item(item_id, categories=(item_id,)) for item_id in "abcd"}, events={"7": events})


@pytest.fixture
def retriever(retrieval_server):
    """Of a model that finds é, d, c, b, a, best first, and before them what the query is."""
    with RankingClient(retrieval_server.rest_address, "shop") as client:
        yield client


@pytest.fixture
def ranker(rank_server):
    """Of a model that ranks a, b, c, d, best first, and before them what the query is."""
    with RankingClient(rank_server.rest_address, "shop") as client:
        yield client


def item_ids(best):
    return "".join(item.item_id for item in best.items)


@pytest.mark.parametrize(
    ("asked", "later", "retrieved", "ranked"),
    [
        (RetrievalRequest("8", k=3), "", "édc", "abc"),
        (RetrievalRequest("8", k=2, query="b"), "", "bé", "ba"),
        (RetrievalRequest("8", category=("b",)), "", "b", "b"),
        # Of c and d, which user 7 has, the history tells c alone.
        (RetrievalRequest("7", k=2, history=C_CLICKED), "", "éb", "ab"),
        (RetrievalRequest("7", k=9, history=C_CLICKED), "", "éba", "ab"),
        # What the user took later may be found, but not what the history tells.
        (RetrievalRequest("7", k=9, history=C_CLICKED), "cd", "édba", "abd"),
        # What the history tells is left out though the log does not know of it.
        (RetrievalRequest("8", history=A_AND_B), "", "édc", "cd"),
    ],
)
def test_the_best_items_that_the_user_does_not_have(retriever, ranker, log, asked, later, retrieved, ranked):
    found = best_items(retriever, log, asked, wanted=later)
    assert (item_ids(found), found.signature, found.candidates) == (retrieved, asked.signature, None)
    assert found.seconds > 0
    found = best_items(ranker, log, asked, wanted=later)
    assert (item_ids(found), found.signature) == (ranked, signatures.RANK)
    assert found.seconds > 0


def test_candidates_are_the_catalogue_or_ones_own(ranker, retriever, log):
    found = best_items(ranker, log, RetrievalRequest("7", k=1, history=C_CLICKED))
    assert (item_ids(found), found.candidates) == ("a", Candidates(("a", "b"), 2))
    found = ranked_candidates(retriever, RetrievalRequest("7", query="x"), Candidates(("a", "c", "b"), 3))
    assert (item_ids(found), found.signature) == ("cba", signatures.RANK)


def test_nothing_to_rank(ranker):
    with pytest.raises(ValueError, match="there is no item to rank"):
        best_items(ranker, EventLog(), RetrievalRequest("7"))
