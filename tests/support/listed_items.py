"""Answers of signatures that list items, as a model would give them."""

from collections.abc import Sequence

import numpy as np

from schemas import signatures

ASKED_FOR = 10
"""How many items the gate asks for."""


def listed(rows: Sequence[Sequence[str]], scores: Sequence[Sequence[float]]) -> dict[str, np.ndarray]:
    """An answer of these items and scores, padded to as many as are asked for."""
    items = [[item.encode() for item in row] + [b""] * (ASKED_FOR - len(row)) for row in rows]
    padded = [[*row] + [0.0] * (ASKED_FOR - len(row)) for row in scores]
    return {signatures.ITEMS: np.array(items, object), signatures.SCORES: np.array(padded, np.float32)}
