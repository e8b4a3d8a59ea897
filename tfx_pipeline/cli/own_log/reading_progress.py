"""How far the reading of a long log is, in one line of a terminal; nothing is said elsewhere."""

import sys


def show(path: str, rows: int) -> None:
    """Says how many rows of a file were read."""
    if sys.stderr.isatty():
        print(f"\r{path}: {rows:,} rows\033[K", end="", file=sys.stderr, flush=True)


def clear() -> None:
    """Takes the line away."""
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
