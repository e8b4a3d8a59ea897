"""Which items a request ranks: the catalogue without what the user already has, or its most popular part."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from serving.event_log import EventLog

MOST_CANDIDATES = 5_000
"""More items than this in one request are cut to the most popular; finding the rest is a retrieval model's work."""


@dataclass(frozen=True)
class Candidates:
    """The items of one request.

    Attributes:
        item_ids: In the catalogue's order.
        catalogue: How many items there were to choose from.
    """

    item_ids: tuple[str, ...]
    catalogue: int

    @property
    def is_cut(self) -> bool:
        """Whether items were left out for their number."""
        return len(self.item_ids) < self.catalogue


def choose_candidates(
    log: EventLog,
    owned: Collection[str],
    wanted: Collection[str] = (),
    category: Sequence[str] = (),
    most: int = MOST_CANDIDATES,
) -> Candidates:
    """Chooses what to rank.

    Args:
        log: The catalogue, and how popular its items are.
        owned: Items to leave out.
        wanted: Items to keep in any case.
        category: Takes only items of this category: names from broad to narrow, an empty one where any will do.
        most: At most so many, not counting `wanted`.
    """
    left_out = set(owned) - set(wanted)
    catalogue = [
        item_id for item_id, item in log.items.items() if item_id not in left_out and _is_of(item.categories, category)
    ]
    if len(catalogue) <= most:
        return Candidates(tuple(catalogue), len(catalogue))
    by_popularity = sorted(catalogue, key=lambda item_id: -log.item_counts[item_id])
    kept = {*by_popularity[:most], *wanted}
    return Candidates(tuple(item_id for item_id in catalogue if item_id in kept), len(catalogue))


def _is_of(own: Sequence[str], category: Sequence[str]) -> bool:
    levels = zip_longest(own[: len(category)], category, fillvalue="")
    return all(asked in ("", name) for name, asked in levels)
