"""Waits for SIGINT or SIGTERM without missing one."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def stop_signals() -> Iterator[Callable[[], None]]:
    """Keeps both signals from ending the process. The earlier handlers are restored at the end.

    Python runs a handler between two of its instructions. If a signal comes just as the main thread begins to wait for
    a lock or an event, the handler runs only after that wait, which may last for ever. So this reads the interpreter's
    wakeup descriptor: what the interpreter writes there at each signal stays until it is read.

    Yields:
        A function that returns once a signal has come, even if it came before the call. Only the main thread may call
        it.
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
