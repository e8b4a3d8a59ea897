"""How many candidates a second does UniSAR score, for many users at once and for one?

python -m benchmarks.score_unisar --size kuaisar
python -m benchmarks.score_unisar --input 'DIR/Split-validation/*.gz' --transform_graph DIR
"""

import argparse
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from benchmarks.figures import measuring, printed_report
from benchmarks.workloads import generated_batches, workload
from benchmarks.workloads.workload import Workload
from models.unisar.unisar_embedding import ItemTable
from schemas import features
from schemas.canonical_event import Surface
from serving.local_server.models.servable import Servable
from tfx_pipeline.export import constant_weights
from tfx_pipeline.export.saved_model import constant_tables

SERVED, PRECOMPUTED, IN_THE_CALL = "precomputed, as served", "precomputed", "in the call"
"""When items are embedded: once for all calls, or in each call. An exported model embeds them once, and is run not by
Python but by TensorFlow's session."""
_SIGNATURE, _SCORES = "score", "scores"
_ROWS_READ_PER_USER = 8


def measure(work: Workload, steps: int, users: int = 256, candidates: int = 100) -> dict[str, Any]:
    """Measures `model.score` on rows that are in memory.

    Args:
        work: The rows and the model.
        steps: How many calls are measured for each figure.
        users: The rows of the larger call. The smaller call has one row.
        candidates: The candidates of a row. Rows from files keep their own.

    Returns:
        The report.
    """
    model = work.build_model()
    workload.disturb(model, work.seed)
    # The export does the same: the table is a variable, not weights that are looked up and projected in each call.
    item_table = constant_tables(model.item_embeddings())
    scoring = []
    for surface, rows in _rows_by_surface(work, users, candidates).items():
        functions = {
            SERVED: _served(work, model, rows, item_table),
            PRECOMPUTED: _score(work, model, rows, item_table),
            IN_THE_CALL: _score(work, model, rows, None),
        }
        for count in sorted({int(rows[features.USER].shape[0]), 1}, reverse=True):
            inputs = {name: value[:count] for name, value in rows.items()}
            calls = {name: lambda _, call=function, given=inputs: call(given) for name, function in functions.items()}
            scored = int(tf.math.count_nonzero(inputs[features.CANDIDATE_ITEMS]))
            for items_embedded, seconds in measuring.median_seconds(calls, steps).items():
                scoring.append(
                    {
                        "surface": surface,
                        "users": count,
                        "candidates": scored,
                        "items_embedded": items_embedded,
                        "milliseconds": 1e3 * seconds,
                        "candidates_per_second": scored / seconds,
                    }
                )
    return {
        "workload": work.description(),
        "machine": measuring.machine(),
        "scoring": scoring,
        "speed_by_a_precomputed_item_table": _speedups(scoring),
        "peak_memory_mib": measuring.peak_memory_mib(),
    }


def _rows_by_surface(work: Workload, users: int, candidates: int) -> dict[str, dict[str, tf.Tensor]]:
    """Returns at most `users` rows of each surface, in memory. A surface without rows is left out."""
    if not work.files:
        return {
            surface.value: tf.nest.map_structure(
                tf.constant, generated_batches.rows(work.size, surface, users, candidates, work.seed)
            )
            for surface in Surface
        }
    inputs, _ = next(iter(work.joint_batches(_ROWS_READ_PER_USER * users)))
    found = {surface: {name: value[:users] for name, value in rows.items()} for surface, rows in inputs.items()}
    return {surface: rows for surface, rows in found.items() if rows[features.USER].shape[0]}


def _served(
    work: Workload, model: keras.Model, rows: Mapping[str, tf.Tensor], item_table: ItemTable
) -> Callable[[Mapping[str, tf.Tensor]], Any]:
    """Exports the scoring as the pipeline does, and runs it by the session that serves."""
    module = tf.Module()
    module.variables_of_graph = [constant_weights.tables(model), item_table]
    function = work.function(lambda inputs: {_SCORES: model.score(inputs, item_table=item_table)}, (rows,))
    with tempfile.TemporaryDirectory() as folder:
        with constant_weights.as_constants(model):
            tf.saved_model.save(module, folder, signatures={_SIGNATURE: function})
        servable = Servable(folder)
    return lambda inputs: servable.run(_SIGNATURE, {name: value.numpy() for name, value in inputs.items()})


def _score(work: Workload, model: keras.Model, rows: Mapping[str, tf.Tensor], item_table: ItemTable | None):
    return work.function(lambda inputs: model.score(inputs, item_table=item_table), (rows,))


def _speedups(scoring: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """How many times faster the same call is where the items are embedded beforehand."""
    milliseconds = {(row["surface"], row["users"], row["items_embedded"]): row["milliseconds"] for row in scoring}
    return {
        f"{surface}, {count} user{'s' if count > 1 else ''}": milliseconds[surface, count, IN_THE_CALL] / value
        for (surface, count, items_embedded), value in milliseconds.items()
        if items_embedded == PRECOMPUTED
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.score_unisar", description=__doc__.splitlines()[0])
    workload.add_arguments(parser, default_steps=30)
    parser.add_argument("--users", type=int, default=256, help="rows of the larger call; the smaller one has one")
    parser.add_argument("--candidates", type=int, default=100, help="of a generated row")
    args = parser.parse_args(argv)
    report = measure(workload.from_arguments(parser, args), args.steps, args.users, args.candidates)
    printed_report.show(report, args.json)


if __name__ == "__main__":
    main()
