"""Shows on a terminal, in one line, how many rows of a long log were read."""

import sys


def show(path: str, rows: int) -> None:
    """Shows how many rows of a file were read; prints nothing if standard error is no terminal."""
    if sys.stderr.isatty():
        print(f"\r{path}: {rows:,} rows\033[K", end="", file=sys.stderr, flush=True)


def clear() -> None:
    """Removes the line."""
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
