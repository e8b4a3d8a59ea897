"""Tries a call again if the server is unavailable."""

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
    """How often and how soon a call is tried again. Only UNAVAILABLE is: other errors would come back the same.

    Attributes:
        attempts: The most attempts, including the first one.
        first_wait_s: The wait before the second attempt, in seconds.
        factor: How many times longer each further wait is.
        longest_wait_s: The longest wait, in seconds.
    """

    attempts: int = 3
    first_wait_s: float = 0.1
    factor: float = 2.0
    longest_wait_s: float = 2.0

    def __post_init__(self) -> None:
        """Refuses a policy without an attempt."""
        if self.attempts < 1:
            raise ValueError(f"`attempts` should be at least 1. Received: attempts={self.attempts}")

    def call(self, function: Callable[[], Answer], sleep: Callable[[float], None] = time.sleep) -> Answer:
        """Calls a function until it answers.

        Each wait is shortened at random by up to a half, so that clients that failed together do not return together.

        Args:
            function: The function to call.
            sleep: Waits for so many seconds.

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
        """Awaits a function until it answers. Otherwise the same as `call`.

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
        """The waits between the attempts, in seconds."""
        wait = self.first_wait_s
        for _ in range(self.attempts - 1):
            yield min(wait, self.longest_wait_s) * random.uniform(0.5, 1.0)
            wait *= self.factor
