"""A part of the files: a chunk of users or of items, made by itself and the same whoever makes it."""

import functools
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from components.synthetic_log.behaviour import NO_ITEM, Behaviour, draw_behaviour
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.item_texts import draw_titles
from components.synthetic_log.layouts.known_layouts import LAYOUTS, Layout
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.random_streams import Purpose, stream
from components.synthetic_log.truth.best_achievable import RankCounts, rank_counts

EVENTS_A_PART: Final = 50_000
ITEMS_A_PART: Final = 20_000
EVENTS: Final = "events"


class Part(NamedTuple):
    """What to make.

    Attributes:
        of_items: Whether it is of items; else it is of users.
        numbers: Which.
        file: The number of the file that it belongs to, of those into which behaviour is divided.
    """

    of_items: bool
    numbers: range
    file: int


@dataclass(frozen=True)
class MadePart:
    """What was made.

    Attributes:
        part: Of what.
        contents: Base name of a file to what it gets.
        counts: How much there is of what.
        ranks: The ranks of sampled users' last engagements.
    """

    part: Part
    contents: dict[str, bytes]
    counts: dict[str, int]
    ranks: RankCounts


def all_parts(config: GeneratorConfig, events_a_part: int = EVENTS_A_PART) -> Iterator[Part]:
    """All parts, in the order of the files' lines."""
    for start in range(0, config.items, ITEMS_A_PART):
        yield Part(True, range(start, min(start + ITEMS_A_PART, config.items)), 0)
    size = max(1, min(events_a_part // config.events_per_user, -(-config.users // config.files)))
    chunks = range(0, config.users, size)
    for number, start in enumerate(chunks):
        file = number * config.files // len(chunks)
        yield Part(False, range(start, min(start + size, config.users)), file)


def make_part(config: GeneratorConfig, layout: str, negatives: int, part: Part) -> MadePart:
    """Makes a part.

    Args:
        config: The platform.
        layout: A name in `LAYOUTS`.
        negatives: How many negatives the best achievable metrics are of.
        part: What to make.
    """
    catalogue, writer = _prepared(config, layout)
    if part.of_items:
        items = np.arange(part.numbers.start, part.numbers.stop)
        titles = draw_titles(catalogue, items, stream(config.seed, Purpose.ITEMS, part.numbers.start))
        contents = {writer.item_file: packed(writer.item_lines(items, titles), config.gzip)}
        return MadePart(part, contents, {"items": len(items)}, {})
    behaviour = draw_behaviour(config, catalogue, part.numbers)
    contents = {name: packed(text, config.gzip) for name, text in writer.behaviour_lines(behaviour).items()}
    return MadePart(part, contents, _counts(behaviour), rank_counts(config, catalogue, behaviour, negatives))


def packed(text: str, gzipped: bool) -> bytes:
    """A text as it stands in a file; packed parts follow each other in one file."""
    data = text.encode("utf-8")
    return gzip.compress(data, 6, mtime=0) if gzipped else data


@functools.lru_cache(maxsize=1)
def _prepared(config: GeneratorConfig, layout: str) -> tuple[Catalogue, Layout]:
    catalogue = Catalogue(config)
    return catalogue, LAYOUTS[layout](catalogue)


def _counts(behaviour: Behaviour) -> dict[str, int]:
    actions, rows = behaviour.actions, behaviour.rows
    is_search = actions.is_search[rows.action]
    clicked = rows.engaged & (rows.item != NO_ITEM)
    return {
        "users": len(behaviour.users),
        EVENTS: len(rows.item),
        "feed_clicks": int((clicked & ~is_search).sum()),
        "searches": int(actions.is_search.sum()),
        "search_clicks": int((clicked & is_search).sum()),
        "searches_without_click": int((rows.item == NO_ITEM).sum()),
        "shown_only": int((~rows.engaged).sum()),
    }
