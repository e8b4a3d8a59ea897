"""What a model gained on each user's examples, and the file that holds it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

_FILE: Final = "user_gains.npz"
_PARTS: Final = ("users", "counts", "sums")


@dataclass(frozen=True)
class UserGains:
    """The gains of one model on one surface, among the candidates of each example.

    Attributes:
        users: bytes [users] ids, each once, sorted.
        counts: int64 [users] how many examples with a positive each user has.
        sums: float64 [users, metrics] the sums of their gains, in the order of `schemas.rank_metrics.rank_metrics`.
    """

    users: np.ndarray
    counts: np.ndarray
    sums: np.ndarray


def write_user_gains(directory: str, gains: Mapping[str, UserGains]) -> None:
    """Writes the gains of each surface into a folder."""
    arrays = {f"{surface}/{part}": getattr(each, part) for surface, each in gains.items() for part in _PARTS}
    np.savez_compressed(os.path.join(directory, _FILE), **arrays)


def read_user_gains(directory: str) -> dict[str, UserGains]:
    """Reads what `write_user_gains` wrote, by surface."""
    with np.load(os.path.join(directory, _FILE), allow_pickle=False) as arrays:
        surfaces = dict.fromkeys(name.partition("/")[0] for name in arrays.files)
        return {surface: UserGains(*(arrays[f"{surface}/{part}"] for part in _PARTS)) for surface in surfaces}
