"""An HTML file that needs nothing else: its head with the style, no network and no script."""

import contextlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from tfx_pipeline.report_page.html_parts import Html, element, joined

Told = TypeVar("Told")
_STYLE: Final = Path(__file__).with_name("style.css")
_NOTHING_ELSE: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""The browser is told to load nothing and to run nothing, whatever the texts of a log hold."""


def document(title: str, top: Sequence[Html], parts: Sequence[Html]) -> str:
    """A whole HTML document.

    Args:
        title: Its title and its first heading.
        top: What stands below the heading.
        parts: What the document holds.
    """
    head = [
        Html('<meta charset="utf-8">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING_ELSE}">'),
        element("title", title),
        element("style", Html(_STYLE.read_text(encoding="utf-8"))),
    ]
    body = [element("header", element("h1", title), *top), element("main", *parts)]
    return f'<!DOCTYPE html>\n<html lang="en">{joined(head)}\n<body>{joined(body)}</body></html>\n'


def write_whole(text: str, path: str) -> None:
    """Writes a file that is there whole or not at all, and the folder that it is to lie in."""
    unfinished = f"{path}.partial"
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    try:
        Path(unfinished).write_text(text, encoding="utf-8")
        os.replace(unfinished, path)
    finally:
        with contextlib.suppress(OSError):  # It is there only if something went wrong.
            os.remove(unfinished)


def tried(make: Callable[[Told], Html], of: Told) -> Html:
    """A part of the page; if its files cannot be read, or another release wrote them, it says so in its place."""
    try:
        return make(of)
    except Exception as error:
        told = f"A part of the report is missing: {type(error).__name__}: {error}"
        return element("p", told, class_="missing")
