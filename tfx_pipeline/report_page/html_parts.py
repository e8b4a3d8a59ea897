"""Builds HTML of which every text is escaped: only what is `Html` already is taken as it is."""

import html
from collections.abc import Sequence
from typing import Any

from tfx_pipeline.result_texts.tables import shown


class Html(str):
    """HTML. A plain text is none, and is escaped where it meets this."""


def escaped(value: Any) -> Html:
    """A value as HTML. What shows nothing or turns the direction, as control characters do, is spelled.

    Args:
        value: `Html` stays as it is. None is nothing. Anything else is escaped as the text that it prints as.
    """
    if isinstance(value, Html):
        return value
    return Html("" if value is None else html.escape(shown(str(value))))


def element(name: str, *children: Any, **attributes: Any) -> Html:
    """An element with its children, one after the other.

    Args:
        name: Its tag.
        children: What is in it; texts are escaped.
        attributes: By name, with `_` for `-`, and at its end for nothing: `class_`. None leaves one out, True has no
            value.
    """
    told = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escaped(value)}"')
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{told}>{joined(children)}</{name}>")


def joined(parts: Sequence[Any]) -> Html:
    """Parts one after the other; texts are escaped."""
    return Html("".join(map(escaped, parts)))


def of_log(text: str) -> Html:
    """A text of the log, in any script: its direction does not change that of what stands around it."""
    return element("bdi", text)


def paragraphs(lines: Sequence[Any]) -> Html:
    """A paragraph for each line. What a text has between two backticks is code."""
    return joined([element("p", line if isinstance(line, Html) else _with_code(str(line))) for line in lines])


def _with_code(text: str) -> Html:
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # One backtick has no other.
        return escaped(text)
    return joined([element("code", piece) if place % 2 else piece for place, piece in enumerate(pieces)])


def part(title: str, *children: Any) -> Html:
    """A part of the page below a heading; nothing if it has nothing to show."""
    inner = joined(children)
    return Html(element("section", element("h3", title), inner) + "\n") if inner else Html()


def folded(title: str, *children: Any) -> Html:
    """What is shown once a reader asks for it."""
    return element("details", element("summary", title), *children)


def table(header: Sequence[Any], rows: Sequence[Sequence[Any]], name: str, marked: Sequence[int] = ()) -> Html:
    """A table that scrolls within itself where the page is narrow. Columns of numbers align right.

    Args:
        header: The heading of each column.
        rows: The cells; the first of each is the row's heading.
        name: What the table is, for who does not see it.
        marked: The places of rows that stand out.

    Returns:
        The table; nothing if there are no rows.
    """
    if not rows:
        return Html()
    numbers = [all(_is_number(row[place]) for row in rows) for place in range(len(header))]
    classes = ["number" if each else None for each in numbers]
    head = [element("th", each, scope="col", class_=kind) for each, kind in zip(header, classes, strict=True)]
    body = [
        element("tr", *_cells(row, classes), class_="marked" if place in marked else None)
        for place, row in enumerate(rows)
    ]
    whole = element("table", element("thead", element("tr", *head)), element("tbody", *body), aria_label=name)
    # One can reach it by the keyboard to scroll it.
    return element("div", whole, class_="table", tabindex="0", role="region", aria_label=name)


def _cells(row: Sequence[Any], classes: Sequence[str | None]) -> list[Html]:
    first = element("th", row[0], scope="row", class_=classes[0])
    return [first, *(element("td", cell, class_=kind) for cell, kind in zip(row[1:], classes[1:], strict=True))]


def _is_number(cell: Any) -> bool:
    """Whether a cell is a number, perhaps with a unit behind it, or empty."""
    return not str(cell) or str(cell).lstrip("+−-(<")[:1].isdecimal()
