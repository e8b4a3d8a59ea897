"""Answers the page's requests about the log: users, queries, items, categories, histories. It asks no model."""

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from serving.explore.directory import Directory
from serving.explore.explored import Explored
from serving.explore.item_details import item_details
from serving.explore.opening import opening
from serving.explore.timeline import TimedToken, timeline


class LogAnswers:
    """One method for each path of the API. Starlette runs each call on a thread.

    Args:
        explored: What the page explores.
    """

    def __init__(self, explored: Explored):
        self._explored = explored
        self._directory = Directory(explored.log)

    def start(self, _: Request) -> Response:
        """The surfaces, why others are absent, the size of the log, and the user to begin with."""
        surfaces = [
            {"surface": surface.value, "model": self._explored.model_names[surface], "address": client.address}
            for surface, client in self._explored.clients.items()
        ]
        first = opening(self._explored.log, self._directory.users(""), self._explored.limits.items_per_session)
        counts = {
            "users": self._directory.user_count,
            "items": len(self._explored.log.items),
            "categories": self._directory.category_count,
        }
        absent = {surface.value: why for surface, why in self._explored.absent.items()}
        return JSONResponse({"surfaces": surfaces, "absent": absent, "log": counts, "opening": first and asdict(first)})

    def users(self, request: Request) -> Response:
        """Users by a part of their id."""
        return JSONResponse({"users": [asdict(user) for user in self._directory.users(_typed(request))]})

    def queries(self, request: Request) -> Response:
        """Queries by a part of their text."""
        return JSONResponse({"queries": [asdict(query) for query in self._directory.queries(_typed(request))]})

    def items(self, request: Request) -> Response:
        """Items by words of their titles."""
        return JSONResponse({"items": [asdict(item) for item in self._directory.items(_typed(request))]})

    def categories(self, request: Request) -> Response:
        """Categories by words of their names."""
        found = self._directory.categories(_typed(request))
        return JSONResponse({"categories": [asdict(category) for category in found]})

    def item(self, request: Request) -> Response:
        """Everything that the log knows about an item."""
        return JSONResponse(asdict(item_details(self._explored.log, request.query_params.get("item", ""))))

    def history(self, request: Request) -> Response:
        """A user's history, and separately the newest events if they are held out."""
        events = self._explored.log.events_of(request.query_params.get("user", ""))
        try:
            held_out = int(request.query_params.get("held_out", "0"))
        except ValueError:
            return JSONResponse({"error": "held_out should be a whole number"}, 400)
        told = timeline(events, self._explored.limits, max(0, held_out))
        return JSONResponse(
            {
                "is_known": bool(events),
                "untold": told.untold,
                "history": [self._event(each) for each in told.tokens],
                "next": [self._event(each) for each in told.held_out],
            }
        )

    def _event(self, told: TimedToken) -> dict[str, Any]:
        return {
            "surface": told.token.surface.value,
            "query": told.token.query,
            "items": [self._explored.named(item_id) for item_id in told.token.items],
            "time": told.timestamp_ms,
        }


def _typed(request: Request) -> str:
    return request.query_params.get("text", "")
