"""Makes one part of the files: a chunk of users or items, which any worker makes alone and in the same way."""

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
from components.synthetic_log.shown_lists import shown_in_lists
from components.synthetic_log.truth.best_achievable import RankCounts, rank_counts

EVENTS_A_PART: Final = 50_000
ITEMS_A_PART: Final = 20_000
EVENTS: Final = "events"


class Part(NamedTuple):
    """Which part to make.

    Attributes:
        of_items: True for a chunk of items, false for a chunk of users.
        numbers: The numbers of these items or users.
        file: For users, the number of the event file that the part goes into.
    """

    of_items: bool
    numbers: range
    file: int


@dataclass(frozen=True)
class MadePart:
    """A part that was made.

    Attributes:
        part: Which part it is.
        contents: Base name of a file to the bytes that are appended to it.
        counts: Name to number, such as `users` or `events`.
        ranks: How often the last engagements of sampled users had each rank.
    """

    part: Part
    contents: dict[str, bytes]
    counts: dict[str, int]
    ranks: RankCounts


def all_parts(config: GeneratorConfig, events_a_part: int = EVENTS_A_PART) -> Iterator[Part]:
    """Yields all parts, in the order in which they stand in the files."""
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
        negatives: How many negatives the best achievable metrics use.
        part: The part to make.
    """
    catalogue, writer = prepared(config, layout)
    if part.of_items:
        items = np.arange(part.numbers.start, part.numbers.stop)
        titles = draw_titles(catalogue, items, stream(config.seed, Purpose.ITEMS, part.numbers.start))
        contents = {writer.item_file: packed(writer.item_lines(items, titles), config.gzip)}
        return MadePart(part, contents, {"items": len(items)}, {})
    behaviour = writer.kept(draw_behaviour(config, catalogue, part.numbers))
    ranks = rank_counts(config, catalogue, behaviour, negatives) if writer.tells_surfaces else {}
    if config.list_length:
        behaviour = shown_in_lists(config, behaviour)
    contents = {name: packed(text, config.gzip) for name, text in writer.behaviour_lines(behaviour).items()}
    return MadePart(part, contents, _counts(behaviour, writer.tells_surfaces), ranks)


def packed(text: str, gzipped: bool) -> bytes:
    """Encodes a text for a file. Gzipped parts may be appended to each other."""
    data = text.encode("utf-8")
    return gzip.compress(data, 6, mtime=0) if gzipped else data


@functools.lru_cache(maxsize=1)
def prepared(config: GeneratorConfig, layout: str) -> tuple[Catalogue, Layout]:
    """The catalogue and the layout, which all parts of a set share."""
    catalogue = Catalogue(config)
    return catalogue, LAYOUTS[layout](catalogue)


def _counts(behaviour: Behaviour, tells_surfaces: bool) -> dict[str, int]:
    actions, rows = behaviour.actions, behaviour.rows
    logged = np.unique(rows.action)
    counts = {"users": len(np.unique(actions.user[logged])), EVENTS: len(rows.item)}
    if not tells_surfaces:
        return counts
    is_search = actions.is_search[rows.action]
    clicked = rows.engaged & (rows.item != NO_ITEM)
    return {
        **counts,
        "feed_clicks": int((clicked & ~is_search).sum()),
        "searches": int(actions.is_search[logged].sum()),
        "search_clicks": int((clicked & is_search).sum()),
        "searches_without_click": int((rows.item == NO_ITEM).sum()),
        "shown_only": int((~rows.engaged).sum()),
    }
