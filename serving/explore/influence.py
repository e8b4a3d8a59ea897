"""Which events of a history weighed most in an item's score."""

import enum
from dataclasses import dataclass, replace

from schemas import signatures
from serving.client.ranking_client import RankingClient
from serving.client.requests import RankRequest


class Measure(str, enum.Enum):
    """How the influence of an event was found out."""

    ATTENTION = "attention"
    """The weights of the model's target attention: over the events of one surface they add up to 1."""
    LEAVING_OUT = "leaving_out"
    """How much of the score goes when the event does; below 0 where the score rises."""


@dataclass(frozen=True)
class Influence:
    """What the events of a history did to one item.

    Attributes:
        score: The item's.
        measure: What the figures are.
        of_events: A figure for each token of the history, in its order.
    """

    score: float
    measure: Measure
    of_events: tuple[float, ...]


def influence(client: RankingClient, request: RankRequest) -> Influence:
    """Asks the model what weighed or, where it cannot tell, ranks once more without each event, all in one call.

    Args:
        client: Of the model's server.
        request: Of a single candidate.

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
