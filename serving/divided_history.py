"""How a model divides a history into sessions: what the signature `sessions` answers, in plain Python."""

from dataclasses import dataclass
from typing import Any

from schemas import signatures
from serving.transport import Outputs


@dataclass(frozen=True)
class Session:
    """One window over the events of a history.

    Attributes:
        start: Where it starts, counted in events from the oldest: event t lies between t and t + 1.
        end: Where it ends; equal to `start` where it is empty.
        shares: How much of each event lies in it, 0 to 1.
    """

    start: float
    end: float
    shares: tuple[float, ...]


@dataclass(frozen=True)
class DividedHistory:
    """The events of a history and the windows over them; windows may overlap and leave gaps.

    Attributes:
        tokens: Which token of the request's history each event is, from 0; oldest first.
        by_clicks: The sessions that the model sees in what was clicked.
        by_queries: Those that it sees in what was searched for; none where there is no such thing.
    """

    tokens: tuple[int, ...]
    by_clicks: tuple[Session, ...]
    by_queries: tuple[Session, ...] = ()


def divided_history(outputs: Outputs) -> DividedHistory:
    """Reads the only row of an answer.

    Raises:
        ValueError: The answer is not one to a single request.
        TypeError: It has other values than it should, or other axes.
    """
    if any(len(rows) != 1 for rows in outputs.values()):
        raise ValueError("the answer should have one row")
    row = {name: rows[0] for name, rows in outputs.items()}
    # Behind the events there is room for those of longer histories.
    tokens = tuple(int(token) for token in row[signatures.SESSION_TOKENS] if token >= 0)
    by_clicks = _sessions(row[signatures.SESSION_WINDOWS], row[signatures.SESSION_SHARES], len(tokens))
    by_queries: tuple[Session, ...] = ()
    if signatures.QUERY_WINDOWS in row:
        by_queries = _sessions(row[signatures.QUERY_WINDOWS], row[signatures.QUERY_SHARES], len(tokens))
    # The feed's histories hold no queries; such a row has all windows at 0. Windows may be empty elsewhere, too.
    is_read = any(session.end > 0 for session in by_queries)
    return DividedHistory(tokens, by_clicks, by_queries if is_read else ())


def _sessions(windows: list[Any], shares: list[Any], events: int) -> tuple[Session, ...]:
    return tuple(
        Session(float(start), float(end), tuple(float(share) for share in of_events[:events]))
        for (start, end), of_events in zip(windows, shares, strict=True)
    )
