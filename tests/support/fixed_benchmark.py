"""Writes a small benchmark folder that has its own splits and candidates."""

from collections.abc import Sequence
from pathlib import Path

from tests.support.raw_files import lines, write

EVENTS = (
    ("user_id", "position", "timestamp", "kind", "item_id", "query", "split"),
    # The rows are out of order and most have the same day, so the positions give the order.
    ("u1", 1, 86400, "search", "b", "red mug", "train"),
    ("u1", 0, 86400, "recommendation", "a", "", "train"),
    ("u1", 2, 86400, "search", "c", "red mug", "validation"),
    ("u1", 3, 86400, "recommendation", "d", "", "validation"),
    ("u1", 4, 172800, "search", "e", "tea pot", "test"),
    ("u1", 5, 172800, "recommendation", "f", "", "test"),
    ("u2", 0, 172800, "search", "b", "mug", "train"),
    ("u2", 1, 172800, "recommendation", "g", "", "test"),
)
ITEMS = (
    ("item_id", "brand", "categories"),
    ("h", "Acme", "Home|Clocks"),
    ("g", "Acme", "Home|Lamps"),
    ("f", "Bolt", "Home|Lamps"),
    ("e", "Bolt", "Home|Tea Pots"),
    ("d", "", "Home|Clocks"),
    ("c", "Acme", "Home|Mugs"),
    ("b", "Acme", "Home|Mugs"),
    ("a", "Bolt", "Home|Baskets"),
    ("i", "", "Home|Baskets"),
)
_HEADER = ("user_id", "position", "positive", "negatives")
# Items are given by their row numbers, from 0: a is 7, h is 0, i is 8. Nobody engaged with h and i.
CANDIDATES = {
    "search_validation": (_HEADER, ("u1", 2, 5, "0 1")),
    "recommendation_validation": (_HEADER, ("u1", 3, 4, "8 0")),
    "search_test": (_HEADER, ("u1", 4, 3, "1 8")),
    "recommendation_test": (_HEADER, ("u1", 5, 2, "0 8")),
}


def write_benchmark(
    folder: Path,
    events: Sequence[Sequence[object]] = EVENTS,
    items: Sequence[Sequence[object]] = ITEMS,
    **candidates: Sequence[Sequence[object]],
) -> str:
    """Writes the folder and returns its path. What is given replaces the rows above."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "events.tsv.gz", lines(*events))
    write(folder / "items.tsv", lines(*items))
    for name, rows in {**CANDIDATES, **candidates}.items():
        write(folder / f"candidates_{name}.tsv.gz", lines(*rows))
    return str(folder)
