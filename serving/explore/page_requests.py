"""Reads and checks the JSON that the page sends."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.canonical_event import Surface, Token

MOST_BYTES = 1 << 20
"""The longest body of a question. A history of thousands of events is shorter."""
MOST_ITEMS = 200
"""The most items that the page may ask for."""


class QuestionError(ValueError):
    """A question that makes no sense. The message says why."""


@dataclass(frozen=True)
class Question:
    """A question of the page to a model.

    Attributes:
        user_id: Who asks.
        surface: Which list to show: the feed, or search results.
        query: The text in the search box; empty for the feed.
        history: What the user did before, oldest first.
        k: How many items to find.
        item_id: The item that the question is about; empty if it asks for a list.
        category: The list has only items of this category: its names from broad to narrow. Empty asks for all items.
        next_items: Items that the user took after the history. The list may have them.
    """

    user_id: str
    surface: Surface
    query: str
    history: tuple[Token, ...]
    k: int
    item_id: str
    category: tuple[str, ...] = ()
    next_items: tuple[str, ...] = ()


def question(body: bytes, has_query: bool = True) -> Question:
    """Reads the body of a request.

    Args:
        body: The body, as JSON.
        has_query: Whether a search must have a query. That is so for all questions but the one about sessions.

    Raises:
        QuestionError: The page does not send such a body.
    """
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise QuestionError(f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise QuestionError("a question is a JSON object")
    surface = _surface(fields)
    query = _text(fields, "query").strip()
    if has_query and bool(query) != (surface is Surface.SEARCH):
        raise QuestionError(f"a search needs a query and the feed has none. Received: {surface.value}, {query!r}")
    k = fields.get("k", 1)
    if type(k) is not int or not 1 <= k <= MOST_ITEMS:
        raise QuestionError(f"k should be from 1 to {MOST_ITEMS}. Received: {k!r}")
    history = tuple(_token(each) for each in _objects(fields, "history"))
    return Question(
        _text(fields, "user"),
        surface,
        query,
        history,
        k,
        _text(fields, "item"),
        _texts(fields, "category"),
        _texts(fields, "next"),
    )


def _token(fields: Mapping[str, Any]) -> Token:
    surface = _surface(fields)
    items = _texts(fields, "items")
    if not all(items):
        raise QuestionError("the items of an event have ids. Received: an empty one")
    if surface is Surface.RECOMMENDATION and len(items) != 1:
        raise QuestionError(f"an event of the feed has one item. Received: {len(items)}")
    query = _text(fields, "query") if surface is Surface.SEARCH else ""
    return Token(surface, items, query)


def _surface(fields: Mapping[str, Any]) -> Surface:
    try:
        return Surface(fields.get("surface"))
    except ValueError:
        names = " or ".join(surface.value for surface in Surface)
        raise QuestionError(f"surface should be {names}. Received: {fields.get('surface')!r:.80}") from None


def _text(fields: Mapping[str, Any], name: str) -> str:
    text = fields.get(name, "")
    if not isinstance(text, str):
        raise QuestionError(f"{name} should be text. Received: {text!r:.80}")
    return text


def _texts(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    texts = fields.get(name, [])
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        raise QuestionError(f"{name} should be a list of texts. Received: {texts!r:.80}")
    return tuple(texts)


def _objects(fields: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    objects = fields.get(name, [])
    if not isinstance(objects, list) or not all(isinstance(each, dict) for each in objects):
        raise QuestionError(f"{name} should be a list of objects")
    return objects
