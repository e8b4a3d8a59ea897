"""Reads numbers and named values on the command line. Errors name the value and its range; argparse adds the option."""

import argparse
import math
from collections.abc import Callable
from typing import Final

_LAST_PORT: Final = 2**16 - 1


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """Returns a function that reads a whole number within a range."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            upper = "on" if most is None else f"to {most}"
            raise argparse.ArgumentTypeError(f"should be a whole number from {least} {upper}, not {text!r}")
        return number

    return read


def positive_seconds(text: str) -> float:
    """Reads a number of seconds above 0."""
    number = _finite(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"should be a number of seconds above 0, not {text!r}")
    return number


def seconds(text: str) -> float:
    """Reads a number of seconds from 0 on."""
    number = _finite(text)
    if not number >= 0:
        raise argparse.ArgumentTypeError(f"should be a number of seconds from 0 on, not {text!r}")
    return number


def named_value(text: str) -> tuple[str, str]:
    """Reads `name=value`."""
    name, separator, value = text.partition("=")
    if not (name and separator and value):
        raise argparse.ArgumentTypeError(f"should be name=value, not {text!r}")
    return name, value


def _finite(text: str) -> float:
    """Reads a finite number; any other text gives NaN."""
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


port = whole_number(0, _LAST_PORT)
"""Reads a port; 0 stands for any free one."""
