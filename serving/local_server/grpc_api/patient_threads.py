"""The threads on which gRPC receives messages and answers them.

gRPC receives a message on the thread that is to answer it, and waits there for as long as the client takes to send it.
So a few calls that are begun without a message would keep all threads from everybody else.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from serving.local_server.grpc_api.overdue_calls import OverdueCalls


@dataclass
class _Work:
    """What gRPC wants done for a call.

    Attributes:
        gave_up_place: Whether another call runs in place of this one, because its message is late.
        watched: The clock that watches it while its message has not come, and the number by which it does.
    """

    run: Callable[..., Any]
    given: tuple
    named: Mapping[str, Any]
    future: Future = field(default_factory=Future)
    gave_up_place: bool = False
    watched: tuple[OverdueCalls, int] | None = None


_CURRENT = threading.local()
"""The work of this thread."""


class PatientThreads(ThreadPoolExecutor):
    """Threads for a number of calls at a time, not counting those whose message is late.

    A call whose message does not come at all is cancelled.
    """

    def __init__(self, at_a_time: int, most: int, name: str, late: OverdueCalls, too_late: OverdueCalls):
        """Starts no thread yet.

        Args:
            at_a_time: How many calls run or receive their message at the same time.
            most: The most threads, also where many messages are late.
            name: The threads' name.
            late: The clock that says when a call does not keep its place while it waits for its message.
            too_late: The clock that says when it is cancelled.
        """
        super().__init__(most, thread_name_prefix=name)
        self._late, self._too_late = late, too_late
        self._places = at_a_time
        self._queue: deque[_Work] = deque()
        self._running = 0
        self._lock = threading.Lock()

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future:
        """Runs gRPC's work on a call as soon as there is a place for it."""
        waiting = _Work(work, given, named)
        with self._lock:
            self._queue.append(waiting)
        self._fill_place()
        return waiting.future

    @property
    def under_way(self) -> int:
        """The number of calls that run or wait, not counting those whose message is late."""
        return len(self._queue) + self._running

    def received(self) -> None:
        """Notes that the message has come for which this thread waits."""
        work = getattr(_CURRENT, "work", None)
        if work is not None:
            self._forget(work)

    def _fill_place(self) -> None:
        with self._lock:
            if not self._places or not self._queue:
                return
            self._places -= 1
        super().submit(self._run_all)

    def _run_all(self) -> None:
        """Runs calls one after the other, until none waits or this place is taken by another."""
        while True:
            with self._lock:
                if not self._queue:
                    self._places += 1
                    return
                work = self._queue.popleft()
                self._running += 1
            self._run(work)
            with self._lock:
                if work.gave_up_place:
                    return
                self._running -= 1

    def _run(self, work: _Work) -> None:
        if not work.future.set_running_or_notify_cancel():
            return
        self._watch(work)
        _CURRENT.work = work
        try:
            result = work.run(*work.given, **work.named)
        except BaseException as error:
            work.future.set_exception(error)
        else:
            work.future.set_result(result)
        finally:
            _CURRENT.work = None
            self._forget(work)

    def _watch(self, work: _Work) -> None:
        """Watches a call from the moment when its message is asked for. gRPC gives the event that brought the call."""
        call = next((each.call for each in work.given if hasattr(each, "call")), None)
        if call is not None:
            work.watched = self._late, self._late.watch(lambda: self._give_up_place(work, call))

    def _give_up_place(self, work: _Work, call: Any) -> None:
        with self._lock:
            if work.watched is None:  # The message has come meanwhile.
                return
            work.watched = self._too_late, self._too_late.watch(call.cancel)
            work.gave_up_place = True
            self._places += 1
            self._running -= 1
        self._fill_place()

    def _forget(self, work: _Work) -> None:
        if work.watched is None:
            return
        with self._lock:
            watched, work.watched = work.watched, None
        if watched is not None:
            clock, number = watched
            clock.forget(number)
