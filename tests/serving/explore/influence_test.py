"""Both ways to find out what weighed, against real servers."""

from schemas.canonical_event import Surface, Token
from serving.client.ranking_client import RankingClient
from serving.client.requests import RankRequest
from serving.explore.influence import Influence, Measure, influence
from tests.support.saved_models import BASE_SCORES, HISTORY_BONUS

HISTORY = (
    Token(Surface.RECOMMENDATION, ("b1",)),
    Token(Surface.RECOMMENDATION, ("c1",)),
    Token(Surface.SEARCH, ("b2",), "basket"),
)


def test_a_model_that_explains_is_asked_to(explaining_server):
    with RankingClient(explaining_server.rest_address, "shop") as client:
        told = influence(client, RankRequest("7", ("b9",), history=HISTORY))
        assert told == Influence(2.0, Measure.ATTENTION, (0.75, 0.25, 1.0))
        assert influence(client, RankRequest("7", ("b9",))).of_events == ()


def test_any_other_ranks_without_each_event(rank_server):
    """The score of an item rises by a bonus where the history holds it: only the event that does may go."""
    history = (Token(Surface.RECOMMENDATION, ("a",)), Token(Surface.SEARCH, ("b",), "x"))
    with RankingClient(rank_server.rest_address, "shop") as client:
        told = influence(client, RankRequest("7", ("b",), history=history))
        assert told == Influence(BASE_SCORES["b"] + HISTORY_BONUS, Measure.LEAVING_OUT, (0.0, HISTORY_BONUS))
        assert influence(client, RankRequest("7", ("b",))).of_events == ()
