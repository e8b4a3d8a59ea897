"""Draws negatives: items of the catalogue that the user never engaged with, and if wanted some of the history."""

import functools
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import numpy as np

from components.behaviour_example_gen.examples.example_bytes import Texts
from components.behaviour_example_gen.negatives.category_pools import CategoryPools
from components.behaviour_example_gen.negatives.shown_items import ShownItems
from components.item_catalog.mapped_items import ItemLists
from components.raw_files.refusal import DataError
from schemas.canonical_event import Event

_TRIES = 4
_OF_GIVEN = -1
"""The turn whose random numbers choose among given items; other turns count from 0."""
_FEW = 64
_SPARE = 4
_MANTISSA_BITS = 53
_BYTES_A_NUMBER = 8


class NegativeSampler:
    """Draws items in proportion to their weights, without replacement, and never an item that the user engaged with.

    The result depends only on the seed, the user and the position. The number of workers and the order of the calls do
    not matter.

    Attributes:
        items: The items of the catalogue.
        seed: The seed of all draws.

    Args:
        items: The items of the catalogue.
        seed: The seed of all draws.
        by_popularity: Whether the weight of an item is its number of engagements, so that items without any are never
            drawn. If not, all weights are equal.
        categories: If given, negatives share a category with the target as far as there are enough such items.
    """

    def __init__(
        self, items: ItemLists, seed: int, by_popularity: bool = False, categories: CategoryPools | None = None
    ):
        self.items = items
        self.seed = seed
        self._by_popularity = by_popularity
        self._categories = categories

    @classmethod
    def of(
        cls, items: Sequence[str], weights: Sequence[int] | None, seed: int, categories: CategoryPools | None = None
    ) -> "NegativeSampler":
        """Makes a sampler of item ids, and of a non-negative integer for each as its weight; None for equal weights."""
        return cls(ItemLists.of(items, weights), seed, weights is not None, categories)

    def outside(self, user_id: str, engaged: Collection[str], shown: ShownItems | None = None) -> "UserNegatives":
        """Prepares to draw for one user.

        Args:
            user_id: The user.
            engaged: The items that are never drawn.
            shown: The items that the user passed by, if these come before drawn ones.
        """
        return UserNegatives(self, user_id, self.items.places(engaged), shown)

    def hard(self, target: Event, shown: ShownItems | None, count: int) -> Iterator[np.ndarray]:
        """Yields groups of catalogue indices. Items of earlier groups are taken before those of later ones."""
        if shown is not None:
            yield np.array(self.items.places(shown.newest(target, count)), np.int64)
        if self._categories is not None:
            for place in self.items.places([target.item_id]):
                yield from self._categories.of(place)

    def ids(self, indices: Iterable[int]) -> list[str]:
        """The item ids at these catalogue indices."""
        return [self.items.id_bytes(index).decode() for index in indices]

    @functools.cached_property
    def texts(self) -> Texts:
        """The item ids by their catalogue indices, as they stand in an example."""
        return Texts(self.items.id_bytes)

    @property
    def prefers_categories(self) -> bool:
        """Whether items of the target's categories are taken before others."""
        return self._categories is not None

    @property
    def able(self) -> int:
        """How many items may be drawn."""
        return self.items.able if self._by_popularity else len(self.items)

    def weights(self, places: np.ndarray) -> np.ndarray:
        """The weights of the items at these catalogue indices: int64 [places]."""
        return self.items.engagements(places) if self._by_popularity else np.ones(len(places), np.int64)

    def propose(self, uniform: np.ndarray) -> np.ndarray:
        """Turns numbers from [0, 1) into catalogue indices, in proportion to the weights."""
        if not self._by_popularity:
            return (uniform * len(self.items)).astype(np.int64)
        cumulative = self.items.cumulative
        return np.searchsorted(cumulative, (uniform * cumulative[-1]).astype(np.int64), side="right")


class UserNegatives:
    """Draws the negatives of one user; made by `NegativeSampler.outside`.

    Attributes:
        available: How many different items can be drawn.
    """

    def __init__(self, sampler: NegativeSampler, user_id: str, engaged: Sequence[int], shown: ShownItems | None = None):
        self._sampler = sampler
        self._user_id = user_id
        self._engaged = frozenset(engaged)
        self._shown = shown
        self.available = sampler.able - int(np.count_nonzero(sampler.weights(np.array([*self._engaged], np.int64))))

    @functools.cached_property
    def _blocked(self) -> np.ndarray:
        """For each item of the catalogue, whether it must not be drawn. Computed only when needed."""
        blocked = np.zeros(len(self._sampler.items), bool)
        blocked[list(self._engaged)] = True
        return blocked

    def draw_each(self, wanted: Sequence[tuple[int, int, Event]]) -> list[list[int]]:
        """Draws the same as `draw`, for many targets and in a tenth of the time.

        The first random numbers of a position nearly always yield enough items. So all positions with the same count
        share one array of such numbers: first of a part of them, then of all. Only for a position that gets too few
        items even so, `draw` starts again.

        Args:
            wanted: Position, count and target of each draw. All positions differ.

        Returns:
            The catalogue indices of each draw, for `NegativeSampler.ids` and `NegativeSampler.texts`.

        Raises:
            DataError: As in `draw`.
        """
        if self._shown is not None or self._sampler.prefers_categories:
            return [self._drawn(*each).tolist() for each in wanted]
        drawn: dict[int, list[int]] = {}
        for count in {count for _, count, _ in wanted}:
            missing = [position for position, each, _ in wanted if each == count]
            for size in sorted({min(2 * count, count + count // 4 + _SPARE), 2 * count}):
                found = self._first_free(missing, count, size)
                drawn |= found
                missing = [position for position in missing if position not in found]
                if not missing:
                    break
        return [
            drawn[position] if position in drawn else self._drawn(position, count, None).tolist()
            for position, count, _ in wanted
        ]

    def _first_free(self, positions: Sequence[int], count: int, size: int) -> dict[int, list[int]]:
        """Looks for `count` items that are free among the first `size` proposals of each position.

        Returns:
            The catalogue indices of each position that has so many.
        """
        uniform = _numbers(b"".join([self._digest(position, 0, size) for position in positions]))
        proposed = self._sampler.propose(uniform).reshape(len(positions), size).tolist()
        found = {}
        for position, places in zip(positions, proposed, strict=True):
            free = list(dict.fromkeys(places))
            if not self._engaged.isdisjoint(free):
                free = [place for place in free if place not in self._engaged]
            if len(free) >= count:
                found[position] = free[:count]
        return found

    def draw(self, position: int, count: int, target: Event | None = None) -> list[str]:
        """Draws negatives without replacement.

        Args:
            position: The target's index among the user's events. Each position has its own random numbers.
            count: How many negatives to draw.
            target: The event to predict; needed for hard negatives (items shown or of the same category).

        Returns:
            `count` different item ids.

        Raises:
            DataError: The catalogue holds too few items that may be drawn.
        """
        return self._sampler.ids(self._drawn(position, count, target))

    def draw_among(self, position: int, items: Collection[str], count: int) -> list[int]:
        """Draws uniformly from given items, whether or not the user engaged with them.

        Args:
            position: As in `draw`, whose random numbers are others.
            items: Different items.
            count: How many to draw.

        Returns:
            The catalogue indices of `count` items, or of all that are in the catalogue if these are fewer.
        """
        places = self._sampler.items.places(items)
        order = np.argsort(self._stream(position)(_OF_GIVEN, len(places)), kind="stable")
        return [places[each] for each in order[:count].tolist()]

    def _drawn(self, position: int, count: int, target: Event | None) -> np.ndarray:
        """The catalogue indices of what `draw` draws."""
        if count > self.available:
            raise DataError(
                f"user {self._user_id!r}: {count} negatives cannot be drawn, because only {self.available} of the "
                f"catalogue's {len(self._sampler.items)} items may be drawn (not the user's own, and with a weight). "
                "Lower data.train_negatives and data.evaluation_negatives, or give more items in data.items."
            )
        uniform = self._stream(position)
        drawn = np.empty(0, np.int64)
        hard = () if target is None else self._sampler.hard(target, self._shown, count)
        for group, places in enumerate(hard, start=1):
            drawn = self._among(places, drawn, count, functools.partial(uniform, _TRIES + group))
            if len(drawn) == count:
                return drawn
        for turn in range(_TRIES):
            proposed = self._sampler.propose(uniform(turn, 2 * count))
            drawn = _distinct(np.concatenate([drawn, proposed[~self._blocked[proposed]]]))[:count]
            if len(drawn) == count:
                return drawn
        return np.concatenate([drawn, self._rest(drawn, count - len(drawn), uniform)])

    def _among(
        self, places: np.ndarray, drawn: np.ndarray, count: int, uniform: Callable[[int], np.ndarray]
    ) -> np.ndarray:
        """Draws more items uniformly from a part of the catalogue, until there are `count` or none are left."""
        if len(places) > _FEW * count:
            # Most items of a large part are free, so twice as many numbers are enough. If not, other parts follow.
            places = places[(uniform(2 * count) * len(places)).astype(np.int64)]
            return _distinct(np.concatenate([drawn, places[~self._blocked[places]]]))[:count]
        able = places[~self._blocked[places] & ~np.isin(places, drawn)]
        missing = count - len(drawn)
        if len(able) > missing:
            able = able[np.argsort(uniform(len(able)), kind="stable")[:missing]]
        return np.concatenate([drawn, able])

    def _rest(self, drawn: np.ndarray, count: int, uniform: Callable[[int, int], np.ndarray]) -> np.ndarray:
        """Draws the rest if proposals rarely hit.

        Each item gets an exponential variable whose rate is its weight, and the smallest ones win.
        """
        weights = np.where(self._blocked, 0, self._sampler.weights(np.arange(len(self._sampler.items))))
        weights[drawn] = 0
        able = np.flatnonzero(weights)
        arrival = -np.log1p(-uniform(_TRIES, len(weights))[able]) / weights[able]
        return able[np.argsort(arrival, kind="stable")[:count]]

    def _stream(self, position: int) -> Callable[[int, int], np.ndarray]:
        return lambda turn, size: _numbers(self._digest(position, turn, size))

    def _digest(self, position: int, turn: int, size: int) -> bytes:
        # A hash is faster to set up than numpy's generators, and the same in all versions.
        name = f"{self._sampler.seed}\0{self._user_id}\0{position}\0{turn}"
        return hashlib.shake_128(name.encode()).digest(_BYTES_A_NUMBER * size)


def _numbers(digest: bytes) -> np.ndarray:
    """Turns random bytes into numbers from [0, 1)."""
    return (np.frombuffer(digest, "<u8") >> np.uint64(64 - _MANTISSA_BITS)) * 2.0**-_MANTISSA_BITS


def _distinct(values: np.ndarray) -> np.ndarray:
    """Removes repeated values and keeps the order of first appearance."""
    _, first = np.unique(values, return_index=True)
    return values[np.sort(first)]
