"""Computes metrics from counts of ranks, and writes and reads the file that holds them."""

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from apache_beam.io.filesystems import FileSystems

from schemas.rank_metrics import CATALOGUE_CUTOFFS, NOT_FOUND, rank_metrics, tells

OVERALL: Final = "overall"
_FILE = "metrics.json"
_METRICS, _EXAMPLES, _UNKNOWN, _REPEATS = "metrics", "examples", "unknown_positives", "repeated_positives"
_EXCLUDE_SEEN = "exclude_seen"
_VECTOR_METRICS = "vector_metrics"
_LISTS = "lists"
_NO_COUNTS: Mapping[str, Mapping[int, int]] = {}
_NO_LISTS: Mapping[str, Mapping[str, float]] = {}
_SERVED = (
    " A rank is the place in what is served: the items of all sources, ordered by the ranker. An item that they do not "
    "bring stands after all that they do."
)


def write_metrics(
    directory: str,
    counts: Mapping[str, Mapping[int, int]],
    exclude_seen: bool,
    repeats: Mapping[str, int],
    items: int,
    vector_counts: Mapping[str, Mapping[int, int]] = _NO_COUNTS,
    lists: Mapping[str, Mapping[str, float]] = _NO_LISTS,
) -> None:
    """Writes the metrics.

    The file holds four objects: `metrics` (value by name; the names are those of the Evaluator), `examples` (how many
    were ranked), `unknown_positives` (how many of these have a positive that the model does not know) and
    `repeated_positives` (how many have one that is in their history). Each has an entry for each surface, and `overall`
    for all surfaces together. `exclude_seen` says whether the items of the history were left out. If one model
    retrieves and another ranks, there is also `vector_metrics`: the metrics of the retriever's vectors alone. `lists`
    has, by surface, the figures of the lists that are served, if the model was asked for any.

    Args:
        directory: The folder of the file.
        counts: For each surface, how many examples have each rank.
        exclude_seen: Whether the items of the history were left out.
        repeats: For each surface, how many positives are in the history.
        items: How many items the catalogue has. Metrics that say nothing of so few are left out.
        vector_counts: The same as `counts` by the retriever's vectors alone; empty unless another model ranks.
        lists: For each surface the figures of `ListSums`.
    """
    everything, by_vectors = _with_overall(counts), _with_overall(vector_counts)
    content = {
        _METRICS: {surface: _metrics(each, items) for surface, each in everything.items()},
        _EXAMPLES: {surface: sum(each.values()) for surface, each in everything.items()},
        _UNKNOWN: {surface: each.get(NOT_FOUND, 0) for surface, each in everything.items()},
        _REPEATS: {
            surface: sum(repeats.values()) if surface == OVERALL else repeats.get(surface, 0) for surface in everything
        },
        _EXCLUDE_SEEN: exclude_seen,
        **(
            {_VECTOR_METRICS: {surface: _metrics(each, items) for surface, each in by_vectors.items()}}
            if by_vectors
            else {}
        ),
        _LISTS: {surface: dict(each) for surface, each in lists.items() if each},
    }
    with FileSystems.create(os.path.join(directory, _FILE)) as stream:
        stream.write((json.dumps(content, indent=2, sort_keys=True) + "\n").encode())


def read_catalogue_metrics(directory: str) -> dict[str, dict[str, float]]:
    """Reads the metrics of each surface and `overall`, by name."""
    return _read(directory)[_METRICS]


def read_vector_metrics(directory: str) -> dict[str, dict[str, float]]:
    """Reads the same metrics of the retriever's vectors alone; empty unless another model ranks what it retrieves."""
    return _read(directory).get(_VECTOR_METRICS, {})


def read_lists(directory: str) -> dict[str, dict[str, float]]:
    """Reads the figures of the lists that are served, by surface; empty if there are none."""
    return _read(directory).get(_LISTS, {})


def read_examples(directory: str) -> dict[str, int]:
    """Reads how many examples of each surface and `overall` were ranked."""
    return _read(directory)[_EXAMPLES]


def among_which(directory: str, surfaces: Sequence[str]) -> str:
    """Says among which items the positives of surfaces were ranked, and by what."""
    content = _read(directory)
    return _left_out(content, surfaces) + (_SERVED if _VECTOR_METRICS in content else "")


def _left_out(content: Mapping[str, Any], surfaces: Sequence[str]) -> str:
    if not content[_EXCLUDE_SEEN]:
        return "Among all items means those of the user's history, too (evaluation.exclude_seen)."
    repeats = sum(content[_REPEATS].get(surface, 0) for surface in surfaces)
    examples = sum(content[_EXAMPLES].get(surface, 0) for surface in surfaces)
    ranked = "stands in it and was" if repeats == 1 else "stand in it and were"
    told = f"; {repeats:,} of {examples:,} positives {ranked} ranked with it" if repeats else ""
    return f"Among all items means without those of the user's history{told} (evaluation.exclude_seen)."


def _read(directory: str) -> dict[str, Any]:
    with FileSystems.open(os.path.join(directory, _FILE)) as stream:
        return json.loads(stream.read())


def _with_overall(counts: Mapping[str, Mapping[int, int]]) -> dict[str, Mapping[int, int]]:
    everything = dict(counts)
    if counts:
        everything[OVERALL] = sum((Counter(each) for each in counts.values()), Counter())
    return everything


def _metrics(counts: Mapping[int, int], items: int) -> dict[str, float]:
    metrics = rank_metrics(CATALOGUE_CUTOFFS)
    return {metric.name: metric.mean(counts) for metric in metrics if tells(metric, items)}
