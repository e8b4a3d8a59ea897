"""The web page's server: files of the page, and what it asks, as JSON, by the client of the served model."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from schemas import signatures
from schemas.canonical_event import Surface
from serving.best_items import best_items
from serving.call_error import UNAVAILABLE, CallError
from serving.client import RankingClient
from serving.event_log import EventLog, HistoryLimits
from serving.explore.directory import Directory
from serving.explore.host_check import HostCheck
from serving.explore.influence import influence
from serving.explore.questions import MOST_BYTES, Question, QuestionError, question
from serving.explore.timeline import timeline
from serving.request_builder import RankRequest, RetrievalRequest

PAGE = Path(__file__).parent / "page"
_HEADERS = {
    # Nothing but the page's own files, and no markup that carries code.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
Answer = TypeVar("Answer")


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


def explore_app(explored: Explored, host: str = "127.0.0.1") -> Starlette:
    """The application.

    Args:
        explored: What the page is about.
        host: The name or address that the server listens on.
    """
    answers = _Answers(explored)
    routes = [
        Route("/", lambda _: FileResponse(PAGE / "index.html")),
        Route("/api/start", answers.start),
        Route("/api/users", answers.users),
        Route("/api/items", answers.items),
        Route("/api/history", answers.history),
        Route("/api/best", answers.best, methods=["POST"]),
        Route("/api/influence", answers.influence, methods=["POST"]),
        Mount("/page", StaticFiles(directory=PAGE)),
    ]
    middleware = [Middleware(HostCheck, host=host), Middleware(BaseHTTPMiddleware, dispatch=_with_headers)]
    return Starlette(routes=routes, middleware=middleware)


async def _with_headers(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    response.headers.update(_HEADERS)
    return response


class _Answers:
    """One method for each thing that the page asks for. Those without `async` run on threads of their own."""

    def __init__(self, explored: Explored):
        self._explored = explored
        self._directory = Directory(explored.log)

    def start(self, _: Request) -> Response:
        surfaces = [
            {"surface": surface.value, "model": self._explored.model_names[surface], "address": client.address}
            for surface, client in self._explored.clients.items()
        ]
        return JSONResponse({"surfaces": surfaces})

    def users(self, request: Request) -> Response:
        found = self._directory.users(request.query_params.get("text", ""))
        return JSONResponse({"users": [asdict(user) for user in found]})

    def items(self, request: Request) -> Response:
        found = self._directory.items(request.query_params.get("text", ""))
        return JSONResponse({"items": [asdict(item) for item in found]})

    def history(self, request: Request) -> Response:
        events = self._explored.log.events_of(request.query_params.get("user", ""))
        told = timeline(events, self._explored.limits)
        history = [
            {
                "surface": each.token.surface.value,
                "query": each.token.query,
                "items": [self._named(item_id) for item_id in each.token.items],
                "time": each.timestamp_ms,
            }
            for each in told.tokens
        ]
        return JSONResponse({"is_known": bool(events), "untold": told.untold, "history": history})

    async def best(self, request: Request) -> Response:
        return await self._answered(request, self._best)

    async def influence(self, request: Request) -> Response:
        return await self._answered(request, self._influence)

    async def _answered(self, request: Request, answer: Callable[[Question], dict[str, Any]]) -> Response:
        """Answers a question; what goes wrong is told in `error`, for people to read."""
        try:
            asked = question(await _body(request))
            if asked.surface not in self._explored.clients:
                raise QuestionError(f"no model serves {asked.surface.value}")
            return JSONResponse(await run_in_threadpool(answer, asked))
        except CallError as error:
            status = 503 if error.code == UNAVAILABLE else 502
            return JSONResponse({"error": self._explored.failure(error, asked.surface)}, status)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)

    def _best(self, asked: Question) -> dict[str, Any]:
        request = RetrievalRequest(asked.user_id, asked.k, asked.query, asked.history, **self._moment())
        best = best_items(self._explored.clients[asked.surface], self._explored.log, request)
        items = [self._named(item.item_id) | {"score": item.score} for item in best.items]
        ranked = best.candidates and {"ranked": len(best.candidates.item_ids), "catalogue": best.candidates.catalogue}
        return {"signature": best.signature, "candidates": ranked, "items": items}

    def _influence(self, asked: Question) -> dict[str, Any]:
        request = RankRequest(asked.user_id, (asked.item_id,), asked.query, asked.history, **self._moment())
        told = influence(self._explored.clients[asked.surface], request)
        return {"score": told.score, "measure": told.measure.value, "of_events": list(told.of_events)}

    def _named(self, item_id: str) -> dict[str, Any]:
        return {"item_id": item_id, "title": self._explored.log.title(item_id)}

    def _moment(self) -> dict[str, Any]:
        """The moment of a request: now, and of whatever else a model wants to know, nothing."""
        named = {name: "" for name in self._explored.moment_inputs if name != signatures.RANK_TIMESTAMP_MS}
        tells_time = signatures.RANK_TIMESTAMP_MS in self._explored.moment_inputs
        return {"timestamp_ms": round(time.time() * 1000) if tells_time else None, "context": named}


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise QuestionError(f"a question has at most {MOST_BYTES} bytes")
    return body
