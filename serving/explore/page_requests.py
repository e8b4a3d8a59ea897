"""What the page asks, checked: from its JSON to requests."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.canonical_event import Surface, Token

MOST_BYTES = 1 << 20
"""Of a question; a history of thousands of events is shorter."""
MOST_ITEMS = 200
"""How many items the page may ask for."""


class QuestionError(ValueError):
    """A question that makes no sense; the message says why."""


@dataclass(frozen=True)
class Question:
    """What the page wants to know.

    Attributes:
        user_id: Who asks.
        surface: Which list: the feed, or search results.
        query: What was typed; empty for the feed.
        history: What the user did before, oldest first.
        k: How many items.
        item_id: The item to explain; empty where a list is asked for.
        category: The list's items are of this category alone: names from broad to narrow. Nothing asks for all.
        next_items: What the user did after the history; a list may hold it.
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
        body: JSON.
        has_query: Whether the question is about a list, so that a search needs a query.

    Raises:
        QuestionError: It is not what the page sends.
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
