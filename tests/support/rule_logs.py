"""A catalogue of five hotels, training logs of it, and the order into which a rule puts the hotels."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from components.baselines.example_columns import ExampleColumns
from components.baselines.item_features import NOTHING, ItemFeatures, read_item_features
from components.baselines.rules.rule import Rule
from components.baselines.training_log import TrainingLog
from components.behaviour_example_gen.examples.behaviour_examples import catalog_example
from schemas.canonical_event import Item, Surface
from tests.support.behaviour_examples import write_examples

HOTELS = (
    Item("a", "Sea View", ("Italy", "Rome"), {"stars": "4"}),
    Item("b", "Sea Sea Villa", ("Italy", "Rome"), {"stars": "3"}),
    Item("c", "Mill", ("Italy", "Milan"), {"stars": "4"}),
    Item("d", "Port Inn", ("France", "Nice"), {"stars": "3"}),
    Item("e"),
)
UNKNOWN = "xyz"
"""Items that are not in the catalogue."""


def write_hotels(folder: Path, engagements: Mapping[str, int] | None = None) -> str:
    """Writes the catalogue as a file of examples.

    Args:
        folder: The folder of the file.
        engagements: Of how many training examples each item is the positive; 0 for those that are not there.
    """
    counts = engagements or {}
    rows = [catalog_example(hotel, ["stars"], counts.get(hotel.item_id, 0), []) for hotel in HOTELS]
    return write_examples(folder / "catalog.gz", rows)


def write_numbers(folder: Path, items: int) -> str:
    """Writes a catalogue of the items `1`, `2` and so on; the item `7` has 7 engagements."""
    rows = [catalog_example(Item(str(number)), [], number, []) for number in range(1, items + 1)]
    return write_examples(folder / "numbers.gz", rows)


def hotels(folder: Path) -> ItemFeatures:
    """The catalogue as rules know it."""
    return read_item_features([write_hotels(folder)])


def training_log(engagements: str = "", baskets: Sequence[str] = (), queries: Sequence[str] = ()) -> TrainingLog:
    """A training split.

    Args:
        engagements: The item of each example, in the order of time: the first at 0 ms, the second at 1 ms.
        baskets: The items of each history.
        queries: The query of each example; none on the feed.
    """
    pairs = [(number, place(item)) for number, basket in enumerate(baskets) for item in basket]
    return TrainingLog(
        np.array([place(item) for item in engagements], np.int32),
        np.arange(len(engagements)),
        list(queries) or [""] * len(engagements),
        np.array(pairs, np.int32).reshape(-1, 2),
    )


def asked(*histories: str, queries: Sequence[str] = ()) -> ExampleColumns:
    """Examples with these histories, oldest first, and these queries."""
    rows, length = len(histories), max(map(len, histories))
    newest_first = [[place(item) for item in reversed(each)] for each in histories]
    return ExampleColumns(
        [b"u"] * rows,
        ["search"] * rows,
        list(queries) or [""] * rows,
        list(queries) or [""] * rows,
        np.zeros(rows, np.int64),
        np.ones(rows, bool),
        np.zeros((rows, 1), np.int32),
        np.ones((rows, 1), bool),
        np.array([[*each, *[NOTHING] * (length - len(each))] for each in newest_first], np.int32).reshape(rows, length),
        np.full((rows, length), Surface.RECOMMENDATION.token_kind),
        np.zeros(rows, np.int64),
    )


def orders(rule: Rule, examples: ExampleColumns, items: str = "abcdex") -> list[str]:
    """For each example the items from the best to the worst; equal ones stand together in brackets: `b[ac]`."""
    rows = len(examples.users)
    keys = rule.keys(examples, np.array([[place(item) for item in items]] * rows, np.int32))
    assert all(key.shape == (rows, len(items)) for key in keys)
    found = []
    for row in range(rows):
        groups: dict[tuple[float, ...], str] = {}
        for column, item in enumerate(items):
            values = tuple(float(key[row, column]) for key in keys)
            groups[values] = groups.get(values, "") + item
        best_first = [groups[values] for values in sorted(groups, reverse=True)]
        found.append("".join(group if len(group) == 1 else f"[{group}]" for group in best_first))
    return found


def place(item: str) -> int:
    """The index of an item: those of the catalogue, then unknown ones."""
    return ("".join(hotel.item_id for hotel in HOTELS) + UNKNOWN).index(item)
