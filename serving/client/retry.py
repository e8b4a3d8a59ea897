"""Trying a call again when the server was not there to answer it."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from serving.client.call import UNAVAILABLE, CallError

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how soon to try again; only UNAVAILABLE is worth it, anything else would be answered the same.

    Attributes:
        attempts: At most, the first one included.
        first_wait_s: Before the second attempt, in seconds.
        factor: What each further wait is multiplied by.
        longest_wait_s: No wait is longer.
    """

    attempts: int = 3
    first_wait_s: float = 0.1
    factor: float = 2.0
    longest_wait_s: float = 2.0

    def __post_init__(self) -> None:
        """Refuses what makes no sense."""
        if self.attempts < 1:
            raise ValueError(f"`attempts` should be at least 1. Received: attempts={self.attempts}")

    def call(self, function: Callable[[], Answer], sleep: Callable[[float], None] = time.sleep) -> Answer:
        """Calls a function until it answers.

        Waits are shortened at random by up to a half, so that clients which failed together do not come back together.

        Args:
            function: What to call.
            sleep: How to wait.

        Raises:
            CallError: The last attempt was UNAVAILABLE, or any attempt failed otherwise.
        """
        for wait in self._waits():
            try:
                return function()
            except CallError as error:
                if error.code != UNAVAILABLE:
                    raise
            sleep(wait)
        return function()

    async def call_async(
        self,
        function: Callable[[], Awaitable[Answer]],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> Answer:
        """Calls a function whose answer is awaited; otherwise as `call`.

        Raises:
            CallError: The last attempt was UNAVAILABLE, or any attempt failed otherwise.
        """
        for wait in self._waits():
            try:
                return await function()
            except CallError as error:
                if error.code != UNAVAILABLE:
                    raise
            await sleep(wait)
        return await function()

    def _waits(self) -> Iterator[float]:
        """Seconds between the attempts."""
        wait = self.first_wait_s
        for _ in range(self.attempts - 1):
            yield min(wait, self.longest_wait_s) * random.uniform(0.5, 1.0)
            wait *= self.factor
