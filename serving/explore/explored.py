"""What the page explores: a log, and the clients of the served models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.canonical_event import Surface
from serving.client.call import CallError
from serving.client.ranking_client import RankingClient
from serving.client.requests import of_this_moment
from serving.shop_log.event_log import EventLog, HistoryLimits


@dataclass(frozen=True)
class Explored:
    """What the page explores.

    Attributes:
        log: The items, and the events of all users.
        limits: How much of a history the models see.
        clients: Surface to a client of the model that serves it. A surface without a model is left out.
        model_names: Surface to the name of its model.
        moment_inputs: The models' inputs for time and context (`schemas.context_values.request_inputs`).
        failure: Explains to people a call that failed on a surface, and what to do about it.
        absent: Surface to why nothing is shown for it, if the log lacks it.
        fold_accents: Whether accents do not count, as in `transform.fold_accents`.
    """

    log: EventLog
    limits: HistoryLimits
    clients: Mapping[Surface, RankingClient]
    model_names: Mapping[Surface, str]
    moment_inputs: tuple[str, ...]
    failure: Callable[[CallError, Surface], str]
    absent: Mapping[Surface, str] = field(default_factory=dict)
    fold_accents: bool = False

    def named(self, item_id: str) -> dict[str, Any]:
        """Returns an item as the page shows it: with its title, or its id if it has no title."""
        return {"item_id": item_id, "title": self.log.title(item_id)}

    def moment(self) -> dict[str, Any]:
        """Returns a request's time, which is now, and its context, in which every value is unknown."""
        return of_this_moment(self.moment_inputs)
