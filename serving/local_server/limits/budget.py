"""What all requests under way may hold together, and what the requests of one connection may.

A connection of gRPC carries any number of requests at a time. So that one client alone cannot keep all others waiting,
a connection may hold half of a budget at most. And so that a few clients with very large requests, sent slowly, cannot
keep out everybody else, there is a reserve for small ones.
"""

import threading
from collections import Counter
from collections.abc import Hashable
from types import TracebackType

from serving.local_server.wire.statuses import resource_exhausted, unavailable

_SMALL = 16
"""So many small requests at least have room in the reserve."""


class Budget:
    """An amount that requests take parts of, and give back. Any thread may do so.

    Attributes:
        most: The amount that all requests together may hold.
        small: What a request may hold that takes part in the reserve.
    """

    def __init__(self, most: int, what: str, reserve: int = 0):
        """Starts with nothing taken.

        Args:
            most: The amount that all requests together may hold.
            what: What it counts, in the plural, for error messages.
            reserve: A further amount, for requests that hold no more than a sixteenth of it each.
        """
        self.most = most
        self.small = reserve // _SMALL
        self._reserve = reserve
        self._what = what
        self._held: Counter[Hashable] = Counter()
        self._total = 0
        self._lock = threading.Lock()

    def share(self, holder: Hashable = None) -> "Share":
        """The share of one request, empty at first. None as `holder`, the connection, has no limit of its own."""
        return Share(self, holder)

    @property
    def held(self) -> int:
        """The amount that is held now."""
        return self._total

    def take(self, amount: int, holder: Hashable, before: int = 0) -> None:
        """Takes an amount for a request that held `before` of it.

        Raises:
            tf.errors.UnavailableError: All requests together would hold too much.
            tf.errors.ResourceExhaustedError: The connection would hold more than half.
        """
        with self._lock:
            is_small = before + amount <= self.small
            if self._total + amount > self.most + (self._reserve if is_small else 0):
                raise unavailable(
                    f"Too many {self._what} are under way; try again later. The most at a time is {self.most}."
                )
            if holder is not None and self._held[holder] + amount > max(self.most // 2, 1):
                raise resource_exhausted(
                    f"Too many {self._what} are under way on this connection; wait for their answers. "
                    f"The most at a time is {self.most // 2}."
                )
            self._total += amount
            if holder is not None:
                self._held[holder] += amount

    def give_back(self, amount: int, holder: Hashable) -> None:
        """Gives back an amount that was taken."""
        with self._lock:
            self._total -= amount
            if holder is not None:
                self._held[holder] -= amount
                if not self._held[holder]:
                    del self._held[holder]


class Share:
    """What one request holds of a budget. Use it as a context manager, or call `release`; one thread at a time may."""

    def __init__(self, budget: Budget, holder: Hashable):
        """Holds nothing yet."""
        self._budget = budget
        self._holder = holder
        self._amount = 0

    def hold(self, amount: int) -> None:
        """Holds this amount from now on, more or less than before. What is refused leaves the share as it was.

        Raises:
            tf.errors.OpError: The errors of `Budget.take`.
        """
        more = amount - self._amount
        if more > 0:
            self._budget.take(more, self._holder, self._amount)
        elif more < 0:
            self._budget.give_back(-more, self._holder)
        self._amount = amount

    def release(self) -> None:
        """Gives back all; may be called again."""
        self.hold(0)

    def __enter__(self) -> "Share":
        """Gives itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Gives back all."""
        self.release()
