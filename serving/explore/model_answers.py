"""Answers the page's requests that need the served models: lists, words, influence, similar items, sessions."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from schemas import signatures
from schemas.canonical_event import Surface
from serving.client.answers import RankedItem
from serving.client.call import UNAVAILABLE, CallError
from serving.client.ranking_client import RankingClient
from serving.client.requests import RankRequest, RetrievalRequest, SessionsRequest
from serving.explore.explored import Explored
from serving.explore.influence import influence
from serving.explore.model_state import answering_version, model_state
from serving.explore.page_requests import MOST_BYTES, Question, QuestionError, question
from serving.explore.query_words import QueryWords, distinct_words
from serving.explore.title_parts import title_parts
from serving.shop_log.best_items import best_items

_SIMILAR = 8
"""How many similar items the page shows."""


class ModelAnswers:
    """One method for each path of the API. Models are asked on threads.

    Args:
        explored: What the page explores.
    """

    def __init__(self, explored: Explored):
        self._explored = explored
        self._words = QueryWords(explored.log, explored.fold_accents)

    def models(self, _: Request) -> Response:
        """Whether each surface's model answers, and its signatures."""
        return JSONResponse({"models": [self._state(surface) for surface in self._explored.clients]})

    async def best(self, request: Request) -> Response:
        """A ranked list."""
        return await self._answered(request, self._best)

    async def words(self, request: Request) -> Response:
        """What the log and the model know about a query's words."""
        return await self._answered(request, self._of_words)

    async def influence(self, request: Request) -> Response:
        """How much each event of the history weighed in an item's score."""
        return await self._answered(request, self._influence)

    async def similar(self, request: Request) -> Response:
        """The items most similar to an item."""
        return await self._answered(request, self._similar)

    async def sessions(self, request: Request) -> Response:
        """The sessions of a history."""
        return await self._answered(request, self._sessions, has_query=False)

    async def _answered(
        self, request: Request, answer: Callable[[Question], dict[str, Any]], has_query: bool = True
    ) -> Response:
        """Answers a question. If something goes wrong, the answer's `error` tells people what."""
        try:
            asked = question(await _body(request), has_query)
            if asked.surface not in self._explored.clients:
                absent = self._explored.absent.get(asked.surface, "").rstrip(".")
                raise QuestionError(absent or f"no model serves {asked.surface.value}")
            return JSONResponse(await run_in_threadpool(answer, asked))
        except CallError as error:
            status = 503 if error.code == UNAVAILABLE else 502
            return JSONResponse({"error": self._explored.failure(error, asked.surface)}, status)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)

    def _state(self, surface: Surface) -> dict[str, Any]:
        state = model_state(
            self._explored.clients[surface],
            self._explored.model_names[surface],
            lambda error: self._explored.failure(error, surface),
        )
        return {"surface": surface.value} | asdict(state)

    def _best(self, asked: Question) -> dict[str, Any]:
        request = RetrievalRequest(
            asked.user_id, asked.k, asked.query, asked.history, category=asked.category, **self._explored.moment()
        )
        client = self._client(asked)
        best = best_items(client, self._explored.log, request, wanted=asked.next_items)
        typed = distinct_words(asked.query, self._explored.fold_accents)
        items = [self._listed(item, typed) for item in best.items]
        ranked = best.candidates and {"ranked": len(best.candidates.item_ids), "catalogue": best.candidates.catalogue}
        return {
            "signature": best.signature,
            "version": answering_version(client),
            "milliseconds": round(best.seconds * 1000, 1),
            "candidates": ranked,
            "items": items,
        }

    def _listed(self, item: RankedItem, typed: Sequence[str]) -> dict[str, Any]:
        """An item of a list: its title comes in parts, too, of which some are words of the query."""
        named = self._explored.named(item.item_id)
        parts = title_parts(named["title"], typed, self._explored.fold_accents)
        source = {"source": item.source} if item.source else {}
        return named | {"score": item.score, "parts": parts} | source

    def _of_words(self, asked: Question) -> dict[str, Any]:
        told = self._words.of(self._client(asked), asked.query, self._explored.moment())
        return {"words": [asdict(word) for word in told]}

    def _influence(self, asked: Question) -> dict[str, Any]:
        request = RankRequest(asked.user_id, (asked.item_id,), asked.query, asked.history, **self._explored.moment())
        told = influence(self._client(asked), request)
        return {"score": told.score, "measure": told.measure.value, "of_events": list(told.of_events)}

    def _similar(self, asked: Question) -> dict[str, Any]:
        """`items` is null if the model has no such signature, and empty if it does not know the item."""
        client = self._client(asked)
        if signatures.SIMILAR_ITEMS not in client.signature_names():
            return {"items": None}
        similar = client.similar_items(asked.item_id, _SIMILAR)
        return {"items": [self._explored.named(item.item_id) | {"score": item.score} for item in similar]}

    def _sessions(self, asked: Question) -> dict[str, Any]:
        """`divided` is null if the model does not divide histories."""
        client = self._client(asked)
        if signatures.SESSIONS not in client.signature_names():
            return {"divided": None}
        divided = client.sessions(SessionsRequest(asked.user_id, asked.surface, asked.history))
        return {"divided": asdict(divided)}

    def _client(self, asked: Question) -> RankingClient:
        return self._explored.clients[asked.surface]


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise QuestionError(f"a question has at most {MOST_BYTES} bytes")
    return body
