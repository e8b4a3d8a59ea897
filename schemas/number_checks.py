"""Checks the ranges of numbers in a configuration. An error names the field, its range and the received value."""

import math
from typing import Any


def check_least(config: Any, least: float, *names: str) -> None:
    """Refuses fields below `least` and fields that are not finite. None stands for no number and is allowed.

    Raises:
        ValueError: A field is out of range; the text names it.
    """
    for name in names:
        value = getattr(config, name)
        if value is not None and not least <= value < math.inf:
            raise ValueError(f"`{name}` should be at least {least:g}. Received: {name}={value}")


def check_positive(config: Any, *names: str) -> None:
    """Refuses fields that are not above 0 or not finite.

    Raises:
        ValueError: A field is out of range; the text names it.
    """
    for name in names:
        value = getattr(config, name)
        if not 0 < value < math.inf:
            raise ValueError(f"`{name}` should be above 0. Received: {name}={value}")


def check_shares(config: Any, *names: str) -> None:
    """Refuses fields that are not from 0 to 1.

    Raises:
        ValueError: A field is out of range; the text names it.
    """
    for name in names:
        value = getattr(config, name)
        if not 0 <= value <= 1:
            raise ValueError(f"`{name}` should be from 0 to 1. Received: {name}={value}")


def check_below_one(config: Any, *names: str) -> None:
    """Refuses fields that are not at least 0 and below 1.

    Raises:
        ValueError: A field is out of range; the text names it.
    """
    for name in names:
        value = getattr(config, name)
        if not 0 <= value < 1:
            raise ValueError(f"`{name}` should be at least 0 and below 1. Received: {name}={value}")


def check_widths(config: Any, *names: str) -> None:
    """Refuses lists in which a width is less than 1.

    Raises:
        ValueError: A field is out of range; the text names it.
    """
    for name in names:
        widths = getattr(config, name)
        if any(width < 1 for width in widths):
            raise ValueError(f"`{name}` should hold whole numbers from 1 on. Received: {name}={list(widths)}")
