"""Reads Amazon reviews (McAuley et al.) as purchases: files of reviews and of product metadata, of any category.

* reviews: one JSON object per line with `reviewerID`, `asin` and `unixReviewTime` (in seconds, but always a whole day);
  those of 2023 have `user_id`, `parent_asin` and `timestamp` (in milliseconds) instead;
* metadata: one object per line with `asin`, `title`, `brand` and `categories` (lists of paths, 2014) or `category` (one
  path, 2018). The metadata of 2014 are Python literals instead of JSON. Both are parsed, and neither is executed. Those
  of 2023 have `parent_asin`, `title`, `store` and `categories` (one path, or empty).

In the edition of 2023, the variants of a product (its sizes and colours) have an `asin` each, and the metadata know
their `parent_asin` alone; that is the item. Each object tells its edition by its fields.

There is no search log. As in Ai et al. (SIGIR 2017) and later papers, each category path of an item makes one query
from its words. A fixed hash turns each purchase into either a search or a recommendation, and chooses the query among
those of the item. A purchase of an item without a usable path is a recommendation.
"""

import ast
import dataclasses
import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from components.raw_files.refusal import Reject
from components.raw_files.row import Row, RowError, plain_value, records
from components.raw_files.text_file import check_not_empty, check_text, open_text
from components.raw_files.wanted_columns import value_at
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns, event_from_row, field_text
from components.sources.event_time import SECONDS
from schemas.canonical_event import Event, Item, Surface

_COLUMNS = EventColumns(
    user_id="reviewerID", timestamp="unixReviewTime", time_unit=SECONDS, surface="", item_id="asin", label=""
)
_COLUMNS_2023 = EventColumns(timestamp="timestamp", surface="", item_id="parent_asin", label="")
_FUNCTION_WORDS = """
about after all an and any are as at be been before but by do for from had has have he her his how if in into is it its
me more my no nor not of off on or other our out over own so some such than that the their them then there these they
this those through to under until up very was we were what when where which while who why will with you your
"""
_STOP_WORDS = frozenset(_FUNCTION_WORDS.split())
_SMALLEST_QUERY = 2
"""A shorter path says no more than the category of the whole file."""


def read_events(path: str, config: DataConfig, now_ms: int) -> Iterator[tuple[int, Event] | Reject]:
    """Reads the reviews of a file, all as recommendations. `with_query` later turns some into searches."""
    del config

    def read_row(row: Mapping[str, object]) -> Event:
        columns = _COLUMNS_2023 if _is_of_2023(row) else _COLUMNS
        values = {name: plain_value(name, row.get(name)) for name in columns.required}
        return event_from_row(values, columns, now_ms)

    return records(path, _rows(path), read_row)


def read_items(path: str, config: DataConfig) -> Iterator[tuple[int, Item] | Reject]:
    """Reads the metadata of a file. `item_columns.attributes` names further fields to keep, such as `brand`, or
    `store` and `details.Material` of 2023.

    If an item has several category paths, each makes a query. The longest path becomes the item's categories; among
    equally long ones, the first.
    """

    def read_row(row: Mapping[str, object]) -> Item:
        name = "parent_asin" if _is_of_2023(row) else "asin"
        item_id = field_text(row, name)
        if not item_id:
            raise RowError("missing item", f"column {name!r} is empty")
        paths = _category_paths(row)
        queries = dict.fromkeys(category_query(path) for path in paths)
        return Item(
            item_id=item_id,
            title=_text(row, "title"),
            categories=max(paths, key=len, default=()),
            queries=tuple(query for query in queries if query),
            attributes={name: _text(row, name) for name in config.item_columns.attributes},
        )

    return records(path, _rows(path), read_row)


def with_query(event: Event, item: Item) -> Event:
    """Turns a purchase into a search with one of its item's queries, if it has some and the hash says so."""
    digest = hashlib.sha256(f"{event.user_id}\0{event.item_id}".encode()).digest()
    if not item.queries or digest[0] % 2:
        return event
    query = item.queries[int.from_bytes(digest[1:9], "big") % len(item.queries)]
    return dataclasses.replace(event, surface=Surface.SEARCH, query=query)


def category_query(categories: Sequence[str]) -> str:
    """Makes a query from a category path.

    It holds the path's words in lower case, without stop words, single letters and digits. Of a repeated word, only the
    last occurrence stays. A path with only one name makes an empty query.
    """
    if len(categories) < _SMALLEST_QUERY:
        return ""
    words = re.findall(r"[^\W\d_]+", " ".join(categories).lower())
    kept = [word for word in words if len(word) > 1 and word not in _STOP_WORDS]
    return " ".join(word for place, word in enumerate(kept) if word not in kept[place + 1 :])


def _is_of_2023(row: Mapping[str, object]) -> bool:
    return "parent_asin" in row


def _rows(path: str) -> Iterator[Row | Reject]:
    """Reads the objects of a file, written as JSON or as Python literals."""
    with open_text(path, newline="\n") as stream:
        line = 0
        for line, text in enumerate(stream, start=1):
            if line == 1 and not text.lstrip().startswith("{"):
                check_text(path, text)
            if not text.strip():
                continue
            try:
                yield Row(line, _object(text))
            except RowError as error:
                yield Reject(path, line, error.reason, error.detail)
        if line == 0:
            check_not_empty(path, "")


def _object(text: str) -> dict[str, Any]:
    value: Any = None
    try:
        value = json.loads(text)
    except ValueError:
        try:
            value = ast.literal_eval(text.strip())
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            raise RowError("unparsable object", f"the line starts with {text[:40]!r}; give JSON") from None
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise RowError("unparsable object", f"the line holds no object but a value of type {type(value).__name__}")
    return value


def _text(row: Mapping[str, object], name: str) -> str:
    return html.unescape(field_text({name: plain_value(name, value_at(row, name))}, name))


def _category_paths(row: Mapping[str, object]) -> list[tuple[str, ...]]:
    paths: Any = row.get("categories") or [row.get("category") or []]
    if _is_of_2023(row) and isinstance(paths, list) and all(isinstance(name, str) for name in paths):
        paths = [paths]
    if not isinstance(paths, list) or not all(isinstance(path, list) for path in paths):
        raise RowError("no category paths", "column 'categories' holds no list of lists of names")
    return [tuple(name for name in (html.unescape(str(each)).strip() for each in path) if name) for path in paths]
