"""Waits for SIGINT or SIGTERM, and misses none."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def stop_signals() -> Iterator[Callable[[], None]]:
    """Keeps both signals from ending the process; the handlers before are put back at the end.

    Python runs a handler between two of its instructions. So a signal that comes just as the main thread begins to wait
    for a lock or an event is not seen before that wait ends, which may be never. What the interpreter writes to its
    wakeup descriptor stays there until it is read.

    Yields:
        A function that returns once a signal has come; it may have come before the call. For the main thread.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    handlers = {number: signal.signal(number, lambda *_: None) for number in _SIGNALS}
    wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)

    def wait() -> None:
        while os.read(reading, 1)[0] not in _SIGNALS:
            pass

    try:
        yield wait
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)
