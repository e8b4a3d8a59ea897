"""Reduces a log to its k-core: only users and items with enough engagements among each other stay."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

import apache_beam as beam

from components.raw_files.read_files import FAILURES
from components.sources.event_coder import Placed


class KeepCore(beam.PTransform):
    """Removes users with too few items and items with too few users, until all that stay have enough.

    A user and an item count as one pair, however often the user engaged with it. Each round first removes users, then
    items. Nobody knows beforehand how many rounds a log needs. So there is a limit, and a message if it was too low.

    Args:
        least: How many different items a user needs, and how many different users an item needs (k).
        rounds: How many rounds there are.

    Takes a collection of (file, line, event). Yields two collections. The main one, `None`, holds the events that stay;
    an event without an item stays if its user stays. `failures` holds messages.
    """

    def __init__(self, least: int, rounds: int):
        super().__init__()
        self._least = least
        self._rounds = rounds

    def expand(self, pcoll: beam.PCollection) -> Any:
        """Adds the rounds to the pipeline."""
        pairs = pcoll | "Pairs" >> beam.FlatMap(_pair) | "Distinct" >> beam.Distinct()
        for number in range(self._rounds):
            pairs = (
                pairs
                | f"ByUser{number}" >> beam.GroupByKey()
                | f"Users{number}" >> beam.FlatMap(_with_enough, self._least)
                | f"ByItem{number}" >> beam.GroupByKey()
                | f"Items{number}" >> beam.FlatMap(_with_enough, self._least)
            )
        failures = (
            pairs
            | "ByUser" >> beam.GroupByKey()
            | "Unstable" >> beam.FlatMap(_unstable, self._least, self._rounds)
            | "Once" >> beam.Distinct()
        )
        users = pairs | "UserIds" >> beam.Keys() | "Users" >> beam.Distinct() | "User" >> beam.Map(_as_key)
        items = pairs | "ItemIds" >> beam.Values() | "Items" >> beam.Distinct() | "Item" >> beam.Map(_as_key)
        of_users = (
            (pcoll | "EventsByUser" >> beam.Map(lambda placed: (placed[2].user_id, placed)), users)
            | "JoinUsers" >> beam.CoGroupByKey()
            | "OfUsers" >> beam.FlatMap(_matched)
        )
        kept = (
            (of_users | "EventsByItem" >> beam.Map(lambda placed: (placed[2].item_id, placed)), items)
            | "JoinItems" >> beam.CoGroupByKey()
            | "OfItems" >> beam.FlatMap(_matched_or_without_item)
        )
        return {None: kept, FAILURES: failures}


def _pair(placed: Placed) -> Iterable[tuple[str, str]]:
    event = placed[2]
    if event.is_target:
        yield event.user_id, event.item_id


def _as_key(key: str) -> tuple[str, None]:
    return key, None


def _with_enough(grouped: tuple[str, Iterable[str]], least: int) -> Iterable[tuple[str, str]]:
    """Yields the pairs of a key, swapped, if the key has enough of them."""
    key, others = grouped
    if _are_enough(others, least):
        for other in others:
            yield other, key


def _unstable(grouped: tuple[str, Iterable[str]], least: int, rounds: int) -> Iterable[str]:
    if not _are_enough(grouped[1], least):
        yield (
            f"data.core = {least}: after data.core_rounds = {rounds} rounds there are still users with fewer than "
            f"{least} items left. Raise data.core_rounds."
        )


def _are_enough(others: Iterable[str], least: int) -> bool:
    return sum(1 for _ in islice(others, least)) == least


def _matched(joined: tuple[str, tuple[Iterable[Placed], Iterable[None]]]) -> Iterable[Placed]:
    events, found = joined[1]
    if any(True for _ in found):
        yield from events


def _matched_or_without_item(joined: tuple[str, tuple[Iterable[Placed], Iterable[None]]]) -> Iterable[Placed]:
    return joined[1][0] if not joined[0] else _matched(joined)
