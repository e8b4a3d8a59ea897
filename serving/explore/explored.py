"""What the page is about: a log, the models that are asked, and how."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from schemas import signatures
from schemas.canonical_event import Surface
from serving.client.call import CallError
from serving.client.ranking_client import RankingClient
from serving.shop_log.event_log import EventLog, HistoryLimits


@dataclass(frozen=True)
class Explored:
    """What the page is about.

    Attributes:
        log: Users, items and what was done, with the events of all users.
        limits: How much of a history the model sees.
        clients: Of the model that serves each surface; a surface that none serves is left out.
        model_names: The model of each surface.
        moment_inputs: What the models want to be told of the moment (`schemas.context_values.request_inputs`).
        failure: Says what to do about a call that failed on a surface.
    """

    log: EventLog
    limits: HistoryLimits
    clients: Mapping[Surface, RankingClient]
    model_names: Mapping[Surface, str]
    moment_inputs: tuple[str, ...]
    failure: Callable[[CallError, Surface], str]

    def named(self, item_id: str) -> dict[str, Any]:
        """An item as the page shows it: with its title, which is the id where it has none."""
        return {"item_id": item_id, "title": self.log.title(item_id)}

    def moment(self) -> dict[str, Any]:
        """The moment of a request: now, and of whatever else a model wants to know, nothing."""
        named = {name: "" for name in self.moment_inputs if name != signatures.RANK_TIMESTAMP_MS}
        tells_time = signatures.RANK_TIMESTAMP_MS in self.moment_inputs
        return {"timestamp_ms": round(time.time() * 1000) if tells_time else None, "context": named}
