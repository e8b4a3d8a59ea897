"""Sends the news of a run to a URL. The URL may hold a token, so it appears in no message, log or error."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

_AGAIN: Final = (408, 425, 429)
"""Answers that ask to come again, beside all of 500 and above."""
_TALKATIVE: Final = ("httpx", "httpcore")
"""Libraries that log the addresses they call, and the headers of answers."""
_LONGEST_WAIT_S: Final = 30.0


def send(
    url: str, news: Mapping[str, Any], timeout_s: float, attempts: int, wait: Callable[[float], None] = time.sleep
) -> str:
    """Sends it, and tries again if nobody answers, or the other side is not ready.

    Redirections are not followed: what is sent there would be sent to somebody else.

    Args:
        url: Where to.
        news: The JSON object.
        timeout_s: How many seconds an attempt waits for a connection, and for the answer.
        attempts: How often it is tried.
        wait: Waits some seconds, 1, 2, 4 and so on between attempts.

    Returns:
        Why it did not arrive, without the URL; empty if it did.
    """
    import httpx  # A tenth of a second, which a run without a webhook does not need.

    why = ""
    for attempt in range(attempts):
        if attempt:
            wait(min(2.0 ** (attempt - 1), _LONGEST_WAIT_S))
        try:
            with _silent(), httpx.Client(timeout=timeout_s) as client, client.stream("POST", url, json=news) as answer:
                code = answer.status_code  # Nobody reads the body, however long it is.
        except httpx.TimeoutException:
            why = f"no answer within {timeout_s:g} s"
        except httpx.TransportError as error:  # The text of an error may hold the URL.
            why = f"no connection ({type(error).__name__})"
        except Exception as error:
            return f"its value cannot be called as a URL ({type(error).__name__})"
        else:
            if 200 <= code < 300:
                return ""
            why = f"the answer was {code}"
            if code < 500 and code not in _AGAIN:
                return why
    return f"{why}, {attempts} times" if attempts > 1 else why


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """A context in which the libraries log nothing."""
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for each, level in zip(loggers, levels, strict=True):
            each.setLevel(level)
