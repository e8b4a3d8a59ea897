"""Computes metrics from counts of ranks, and writes and reads the file that holds them."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from apache_beam.io.filesystems import FileSystems

from schemas.rank_metrics import CATALOGUE_CUTOFFS, NOT_FOUND, rank_metrics

OVERALL: Final = "overall"
_FILE = "metrics.json"
_METRICS, _EXAMPLES, _UNKNOWN = "metrics", "examples", "unknown_positives"


def write_metrics(directory: str, counts: Mapping[str, Mapping[int, int]]) -> None:
    """Writes the metrics.

    The file holds three objects: `metrics` (value by name; the names are those of the Evaluator), `examples` (how many
    were ranked) and `unknown_positives` (how many of these have a positive that the model does not know). Each has an
    entry for each surface, and `overall` for all surfaces together.

    Args:
        directory: The folder of the file.
        counts: For each surface, how many examples have each rank.
    """
    everything = dict(counts)
    if counts:
        everything[OVERALL] = sum((Counter(each) for each in counts.values()), Counter())
    content = {
        _METRICS: {surface: _metrics(each) for surface, each in everything.items()},
        _EXAMPLES: {surface: sum(each.values()) for surface, each in everything.items()},
        _UNKNOWN: {surface: each.get(NOT_FOUND, 0) for surface, each in everything.items()},
    }
    with FileSystems.create(os.path.join(directory, _FILE)) as stream:
        stream.write((json.dumps(content, indent=2, sort_keys=True) + "\n").encode())


def read_catalogue_metrics(directory: str) -> dict[str, dict[str, float]]:
    """Reads the metrics of each surface and `overall`, by name."""
    return _read(directory)[_METRICS]


def read_examples(directory: str) -> dict[str, int]:
    """Reads how many examples of each surface and `overall` were ranked."""
    return _read(directory)[_EXAMPLES]


def _read(directory: str) -> dict[str, Any]:
    with FileSystems.open(os.path.join(directory, _FILE)) as stream:
        return json.loads(stream.read())


def _metrics(counts: Mapping[int, int]) -> dict[str, float]:
    return {metric.name: metric.mean(counts) for metric in rank_metrics(CATALOGUE_CUTOFFS)}
