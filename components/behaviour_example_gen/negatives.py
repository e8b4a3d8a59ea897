"""Drawing negatives: items of the catalogue that a user never engaged with."""

import functools
import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np

from components.behaviour_example_gen.category_pools import CategoryPools
from components.behaviour_example_gen.shown_items import ShownItems
from components.raw_files.refusal import DataError
from schemas.canonical_event import Event

_TRIES = 4
_FEW = 64
_MANTISSA_BITS = 53


class NegativeSampler:
    """Draws items in proportion to their weights, each at most once, outside of what a user engaged with.

    What is drawn depends on the seed, the user and the position only: not on workers, their number or any order.

    Args:
        items: The item ids of the catalogue.
        weights: A whole number from 0 for each item; None for equal weights. Items of weight 0 are never drawn.
        seed: Of all draws.
        categories: Where negatives are to share a category with the target as far as there are enough such items.
    """

    def __init__(
        self, items: Sequence[str], weights: Sequence[int] | None, seed: int, categories: CategoryPools | None = None
    ):
        self._items = items
        self._index = {item: index for index, item in enumerate(items)}
        self.weights = np.ones(len(items), np.int64) if weights is None else np.asarray(weights, np.int64)
        self._cumulative = None if weights is None else np.cumsum(self.weights)
        self.seed = seed
        self._categories = categories

    def outside(self, user_id: str, engaged: Collection[str], shown: ShownItems | None = None) -> "UserNegatives":
        """Prepares to draw for one user.

        Args:
            user_id: Who.
            engaged: What is not to be drawn.
            shown: What the user passed by, where that is to be taken before anything is drawn.
        """
        blocked = np.zeros(len(self._items), bool)
        blocked[self._places(engaged)] = True
        return UserNegatives(self, user_id, blocked, shown)

    def hard(self, target: Event, shown: ShownItems | None, count: int) -> Iterator[np.ndarray]:
        """The places of the items to take before others, in groups: of each no more than are still wanted."""
        if shown is not None:
            yield np.array(self._places(shown.newest(target, count)), np.int64)
        if self._categories is not None and target.item_id in self._index:
            yield from self._categories.of(self._index[target.item_id])

    def _places(self, items: Collection[str]) -> list[int]:
        return [self._index[item] for item in items if item in self._index]

    def ids(self, indices: np.ndarray) -> list[str]:
        """The item ids at these places of the catalogue."""
        return [self._items[index] for index in indices]

    def propose(self, uniform: np.ndarray) -> np.ndarray:
        """Turns numbers from [0, 1) into places of the catalogue in proportion to the weights."""
        if self._cumulative is None:
            return (uniform * len(self._items)).astype(np.int64)
        return np.searchsorted(self._cumulative, (uniform * self._cumulative[-1]).astype(np.int64), side="right")


class UserNegatives:
    """The negatives of one user; made by `NegativeSampler.outside`."""

    def __init__(self, sampler: NegativeSampler, user_id: str, blocked: np.ndarray, shown: ShownItems | None = None):
        self._sampler = sampler
        self._user_id = user_id
        self._blocked = blocked
        self._shown = shown
        self._available = int(np.count_nonzero(~blocked & (sampler.weights > 0)))

    def draw(self, position: int, count: int, target: Event | None = None) -> list[str]:
        """Draws negatives without replacement.

        Args:
            position: Of the target among the user's events; each has its own stream of random numbers.
            count: How many to draw.
            target: The event to predict, where negatives are to be hard to tell from it.

        Returns:
            `count` different item ids.

        Raises:
            DataError: The catalogue holds too few items that may be drawn.
        """
        if count > self._available:
            raise DataError(
                f"user {self._user_id!r}: {count} negatives cannot be drawn, because only {self._available} of the "
                f"catalogue's {len(self._blocked)} items may be (outside of the user's own, with a weight). "
                "Lower data.train_negatives and data.evaluation_negatives, or give more items in data.items."
            )
        uniform = self._stream(position)
        drawn = np.empty(0, np.int64)
        hard = () if target is None else self._sampler.hard(target, self._shown, count)
        for group, places in enumerate(hard, start=1):
            drawn = self._among(places, drawn, count, functools.partial(uniform, _TRIES + group))
            if len(drawn) == count:
                return self._sampler.ids(drawn)
        for turn in range(_TRIES):
            proposed = self._sampler.propose(uniform(turn, 2 * count))
            drawn = _distinct(np.concatenate([drawn, proposed[~self._blocked[proposed]]]))[:count]
            if len(drawn) == count:
                return self._sampler.ids(drawn)
        return self._sampler.ids(np.concatenate([drawn, self._rest(drawn, count - len(drawn), uniform)]))

    def _among(
        self, places: np.ndarray, drawn: np.ndarray, count: int, uniform: Callable[[int], np.ndarray]
    ) -> np.ndarray:
        """Draws more out of a part of the catalogue, all alike, until there are `count` or the part is used up."""
        if len(places) > _FEW * count:
            # Most of a large part is free, so numbers enough for twice as many will do; if not, other parts follow.
            places = places[(uniform(2 * count) * len(places)).astype(np.int64)]
            return _distinct(np.concatenate([drawn, places[~self._blocked[places]]]))[:count]
        able = places[~self._blocked[places] & ~np.isin(places, drawn)]
        missing = count - len(drawn)
        if len(able) > missing:
            able = able[np.argsort(uniform(len(able)), kind="stable")[:missing]]
        return np.concatenate([drawn, able])

    def _rest(self, drawn: np.ndarray, count: int, uniform: Callable[[int, int], np.ndarray]) -> np.ndarray:
        """Goes on where proposals rarely hit: the least of exponential variables, rates being weights, come first."""
        weights = np.where(self._blocked, 0, self._sampler.weights)
        weights[drawn] = 0
        able = np.flatnonzero(weights)
        arrival = -np.log1p(-uniform(_TRIES, len(weights))[able]) / weights[able]
        return able[np.argsort(arrival, kind="stable")[:count]]

    def _stream(self, position: int) -> Callable[[int, int], np.ndarray]:
        name = f"{self._sampler.seed}\0{self._user_id}\0{position}\0".encode()

        def uniform(turn: int, size: int) -> np.ndarray:
            # A hash rather than numpy's generators: quicker to set up, and the same in all versions.
            raw = np.frombuffer(hashlib.shake_128(name + str(turn).encode()).digest(8 * size), "<u8")
            return (raw >> np.uint64(64 - _MANTISSA_BITS)) * 2.0**-_MANTISSA_BITS

        return uniform


def _distinct(values: np.ndarray) -> np.ndarray:
    """Drops repetitions, keeping the order of first appearance."""
    _, first = np.unique(values, return_index=True)
    return values[np.sort(first)]
