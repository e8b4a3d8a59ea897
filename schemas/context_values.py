"""The context values of an event or request, such as the device: allowed names, and their form in a tf.Example.

A tf.Example holds them as texts `name=value`. So an example needs no knowledge of other possible names.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from schemas import signatures

HOUR: Final = "hour"
"""The hour of the event's time by `data.timezone`, 0 to 23. It is computed, so no log has a column for it."""
WEEKDAY: Final = "weekday"
"""The day of the week of the event's time by `data.timezone`, 0 (Monday) to 6. It is computed, too."""
MADE_OF_TIME: Final = (HOUR, WEEKDAY)
SEPARATOR: Final = "="


def check_names(names: Sequence[str]) -> None:
    """Refuses names that a context value cannot have.

    Raises:
        ValueError: A name is no identifier, occurs twice, or is already the name of a value computed from the time or
            of another input of requests.
    """
    taken = {*MADE_OF_TIME, *signatures.REQUEST_INPUTS}
    for place, name in enumerate(names):
        if not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII):
            raise ValueError(f"`context` should hold names of letters, digits and underscores. Received: {name!r}")
        if name in taken or name in names[:place]:
            raise ValueError(f"`context` cannot hold {name!r}, because that name stands for something else already.")


def to_texts(values: Mapping[str, str]) -> list[str]:
    """The known values as texts, in the order of their names."""
    return [f"{name}{SEPARATOR}{value}" for name, value in sorted(values.items()) if value]


def from_texts(texts: Iterable[str]) -> dict[str, str]:
    """The reverse of `to_texts`. Texts that are not `name=value` are left out."""
    return {name: value for name, separator, value in (text.partition(SEPARATOR) for text in texts) if separator}


def request_inputs(names: Sequence[str]) -> tuple[str, ...]:
    """The inputs of a request for these values: the timestamp if a value is computed from it, then the other names."""
    named = tuple(name for name in names if name not in MADE_OF_TIME)
    return (signatures.RANK_TIMESTAMP_MS, *named) if len(named) < len(names) else named
