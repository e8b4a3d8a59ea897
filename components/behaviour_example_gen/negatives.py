"""Drawing negatives: items of the catalogue that a user never engaged with."""

import hashlib
from collections.abc import Callable, Collection, Sequence

import numpy as np

from components.raw_files.refusal import DataError

_TRIES = 4
_MANTISSA_BITS = 53


class NegativeSampler:
    """Draws items in proportion to their weights, each at most once, outside of what a user engaged with.

    What is drawn depends on the seed, the user and the position only: not on workers, their number or any order.

    Args:
        items: The item ids of the catalogue.
        weights: A whole number from 0 for each item; None for equal weights. Items of weight 0 are never drawn.
        seed: Of all draws.
    """

    def __init__(self, items: Sequence[str], weights: Sequence[int] | None, seed: int):
        self._items = items
        self._index = {item: index for index, item in enumerate(items)}
        self.weights = np.ones(len(items), np.int64) if weights is None else np.asarray(weights, np.int64)
        self._cumulative = None if weights is None else np.cumsum(self.weights)
        self.seed = seed

    def outside(self, user_id: str, engaged: Collection[str]) -> "UserNegatives":
        """Prepares to draw for one user outside of `engaged`."""
        blocked = np.zeros(len(self._items), bool)
        blocked[[self._index[item] for item in engaged if item in self._index]] = True
        return UserNegatives(self, user_id, blocked)

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

    def __init__(self, sampler: NegativeSampler, user_id: str, blocked: np.ndarray):
        self._sampler = sampler
        self._user_id = user_id
        self._blocked = blocked
        self._available = int(np.count_nonzero(~blocked & (sampler.weights > 0)))

    def draw(self, position: int, count: int) -> list[str]:
        """Draws negatives without replacement.

        Args:
            position: Of the target among the user's events; each has its own stream of random numbers.
            count: How many to draw.

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
        for turn in range(_TRIES):
            proposed = self._sampler.propose(uniform(turn, 2 * count))
            drawn = _distinct(np.concatenate([drawn, proposed[~self._blocked[proposed]]]))[:count]
            if len(drawn) == count:
                return self._sampler.ids(drawn)
        return self._sampler.ids(np.concatenate([drawn, self._rest(drawn, count - len(drawn), uniform)]))

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
