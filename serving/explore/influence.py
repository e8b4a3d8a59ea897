"""How much each event of a history weighed in an item's score."""

import enum
from dataclasses import dataclass, replace

from schemas import signatures
from serving.client.ranking_client import RankingClient
from serving.client.requests import RankRequest


class Measure(str, enum.Enum):
    """How influence is measured."""

    ATTENTION = "attention"
    """The weights of the model's target attention. Those of one surface's events add up to 1."""
    LEAVING_OUT = "leaving_out"
    """How much the score falls when the event is left out. It is negative if the score rises."""


@dataclass(frozen=True)
class Influence:
    """How the events of a history weighed in one item's score.

    Attributes:
        score: The item's score.
        measure: How influence was measured.
        of_events: The influence of each token of the history, in its order.
    """

    score: float
    measure: Measure
    of_events: tuple[float, ...]


def influence(client: RankingClient, request: RankRequest) -> Influence:
    """Calls `explain` or, if the model has no such signature, ranks without each event in turn, all in one call.

    Args:
        client: A client of the model's server.
        request: A request with a single candidate.

    Raises:
        CallError: The server was not reached, or refused.
    """
    if signatures.EXPLAIN in client.signature_names():
        (explained,) = client.explain(request)
        return Influence(explained.score, Measure.ATTENTION, explained.weights)
    places = range(len(request.history))
    without = [replace(request, history=request.history[:place] + request.history[place + 1 :]) for place in places]
    score, *others = (items[0].score for items in client.rank_many([request, *without]))
    return Influence(score, Measure.LEAVING_OUT, tuple(score - other for other in others))
