"""Reads JDsearch (queries and clicks of JD.com, arXiv 2305.14810) as published: one row per user, one per product.

A user's row holds the whole history as lists, whose elements are joined by `_`, and one last search with all results
that it showed. Its columns are `query`, `candidate_wid_list`, `candidate_label_list`, `history_qry_list`,
`history_wid_list`, `history_type_list` and `history_time_list`. Words are anonymous numbers, joined by the byte 0x18.
An action without a query (`-1`) is browsing, so it belongs to the recommendation surface. Consecutive actions with the
same query form one session. Times are gaps in seconds, so a user's first action gets a time at the beginning of 1970;
only the order of the lists matters.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from components.raw_files.refusal import Reject
from components.raw_files.row import Row, RowError, records
from components.raw_files.text_file import check_not_empty, check_text, open_text
from components.sources.data_config import DataConfig
from components.sources.event_rows import field_text
from schemas.canonical_event import Event, Item, Surface

_USER_COLUMNS = (
    "query",
    "candidate_wid_list",
    "candidate_label_list",
    "history_qry_list",
    "history_wid_list",
    "history_type_list",
    "history_time_list",
)
_QUERY, _SHOWN, _LABELS, _QUERIES, _ITEMS, _TYPES, _GAPS = _USER_COLUMNS
_LEVELS = range(1, 5)
_PRODUCT_COLUMNS = (
    "wid",
    "name",
    "brand_id",
    "brand_name",
    *(f"cate_{kind}_{level}" for level in _LEVELS for kind in ("id", "name")),
    "shop_id",
)
_NO_QUERY = "-1"
_ACTIONS = ("ORD", "CLICK", "CART", "FLW")


def read_events(path: str, config: DataConfig, now_ms: int) -> Iterator[tuple[int, Event] | Reject]:
    """Reads the users of a file. Each row yields all events of its user.

    The files do not name users, so a user's id is made from the file's name and the line.

    Args:
        path: The file, with or without a line of column names.
        config: Not used, because the columns are fixed.
        now_ms: Not used, because the times are not calendar times.

    Yields:
        (line, event) for each event of a row, or a Reject for the row, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    del config, now_ms
    name = path.rsplit("/", 1)[-1]
    for row in _rows(path, _USER_COLUMNS):
        if isinstance(row, Reject):
            yield row
            continue
        try:
            events = _events(f"{name}:{row.line}", row.values)
        except RowError as error:
            yield Reject(path, row.line, error.reason, error.detail)
            continue
        for event in events:
            yield row.line, event


def read_items(path: str, config: DataConfig) -> Iterator[tuple[int, Item] | Reject]:
    """Reads the products. `item_columns.attributes` names further columns to keep, such as `brand_id` or `shop_id`."""

    def read_row(row: Mapping[str, object]) -> Item:
        item_id = field_text(row, "wid")
        if not item_id:
            raise RowError("missing item", "column 'wid' is empty")
        names = (_words(field_text(row, f"cate_name_{level}")) for level in _LEVELS)
        return Item(
            item_id=item_id,
            title=_words(field_text(row, "name")),
            categories=tuple(itertools.takewhile(bool, names)),
            attributes={name: _known(field_text(row, name)) for name in config.item_columns.attributes},
        )

    return records(path, _rows(path, _PRODUCT_COLUMNS), read_row)


def _rows(path: str, columns: Sequence[str]) -> Iterator[Row | Reject]:
    with open_text(path, newline="\n") as stream:
        line = 0
        for line, text in enumerate(stream, start=1):
            values = text.rstrip("\r\n").split("\t")
            if line == 1:
                check_text(path, text)
                if tuple(values) == tuple(columns):
                    continue
            if len(values) == len(columns):
                yield Row(line, dict(zip(columns, values, strict=True)))
            elif text.strip():
                yield Reject(path, line, "wrong number of columns", f"{len(values)} instead of {len(columns)}")
        if line == 0:
            check_not_empty(path, "")


def _events(user_id: str, row: Mapping[str, object]) -> list[Event]:
    queries, items, types = (_list(row, column) for column in (_QUERIES, _ITEMS, _TYPES))
    gaps, shown, labels = (_list(row, column) for column in (_GAPS, _SHOWN, _LABELS))
    # The last gap leads to the search whose results are all known.
    _of_length(len(items), {_QUERIES: len(queries), _TYPES: len(types), _GAPS: len(gaps) - 1}, _ITEMS)
    _of_length(len(shown), {_LABELS: len(labels)}, _SHOWN)
    if "" in (*items, *shown):
        raise RowError("missing item", f"column {_ITEMS if '' in items else _SHOWN!r} holds an empty element")
    unknown = [kind for kind in types if kind not in _ACTIONS]
    if unknown:
        raise RowError("unknown action", f"column {_TYPES!r} holds {unknown[0][:40]!r}; give {', '.join(_ACTIONS)}")
    moments = [int(1000 * seconds) for seconds in itertools.accumulate(_number(gap, _GAPS) for gap in gaps)]
    searches = [*queries, field_text(row, _QUERY)]
    sessions = list(itertools.accumulate(int(one != two) for one, two in itertools.pairwise(["", *searches])))
    events = [
        _event(user_id, place, moments[place], searches[place], sessions[place], item, 1)
        for place, item in enumerate(items)
    ]
    last = len(items)
    engaged = [_number(label, _LABELS) > 0 for label in labels]
    results = [*zip(shown, map(int, engaged), strict=True)] + ([] if any(engaged) else [("", 1)])
    events += [
        _event(user_id, last + place, moments[last], searches[last], sessions[last], item, label)
        for place, (item, label) in enumerate(results)
    ]
    return events


def _event(user_id: str, position: int, moment: int, query: str, session: int, item_id: str, label: int) -> Event:
    is_search = query != _NO_QUERY
    return Event(
        user_id=user_id,
        timestamp_ms=moment,
        surface=Surface.SEARCH if is_search else Surface.RECOMMENDATION,
        query=_words(query) if is_search else "",
        session_id=str(session) if is_search else "",
        item_id=item_id,
        label=label,
        position=position,
    )


def _list(row: Mapping[str, object], column: str) -> list[str]:
    text = field_text(row, column)
    return text.split("_") if text else []


def _of_length(wanted: int, lengths: Mapping[str, int], column: str) -> None:
    for name, length in lengths.items():
        if length != wanted:
            extra = 1 if name == _GAPS else 0
            raise RowError(
                "lists of unequal length",
                f"column {name!r} holds {length + extra} elements, wanted {wanted + extra}, because {column!r} holds "
                f"{wanted}",
            )


def _number(text: str, column: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise RowError("no number", f"column {column!r} holds {text[:40]!r}; give a number from 0")
    return number


def _words(text: str) -> str:
    return " ".join(_known(text).split("\x18"))


def _known(text: str) -> str:
    return "" if text == _NO_QUERY else text
