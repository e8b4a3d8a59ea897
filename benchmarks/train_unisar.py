"""On how many rows a second is UniSAR trained, and which part of a step takes how long?

python -m benchmarks.train_unisar --size amazon
python -m benchmarks.train_unisar --size kuaisar --steps 5 --set query_item_pairs=0
python -m benchmarks.train_unisar --input 'DIR/Split-train/*.gz' --transform_graph DIR
"""

import argparse
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

import keras
import tensorflow as tf

from benchmarks.figures import measuring, printed_report
from benchmarks.workloads import generated_batches, workload
from benchmarks.workloads.workload import Workload
from models.optimizers.lazy_adam import LazyAdam
from schemas import features

_DISTINCT_BATCHES = 4
_LEARNING_RATE = 1e-3


def measure(work: Workload, steps: int) -> dict[str, Any]:
    """Measures training steps on batches in memory, then the input pipeline alone.

    Args:
        work: The rows and the model.
        steps: How many steps are measured for each figure.

    Returns:
        The report. The parts of a step are differences between three functions: the forward pass, the same with the
        joint loss and all gradients, and the whole step. The contrastive losses belong to the second function, the
        metrics to the third.
    """
    batches = _batches(work)
    model = work.build_model()
    functions = {"forward": _forward, "gradients": _gradients, "step": _step}
    seconds = _median_seconds({name: make(work, model, batches[0]) for name, make in functions.items()}, batches, steps)
    # These are read before the second model is built.
    peak_memory, parameters = measuring.peak_memory_mib(), _parameters(model)
    del model
    config = dataclasses.replace(work.size.unisar, query_item_contrast=False, history_alignment=False)
    click_loss_only = _step(work, work.build_model(config), batches[0])
    seconds |= _median_seconds({"click_loss_only": click_loss_only}, batches, steps)

    rows, candidates = _rows(batches[0]), _candidates(batches)
    report = {
        "workload": work.description() | {"rows_a_step": rows, "candidates_a_step": candidates} | parameters,
        "machine": measuring.machine(),
        "step": _speed(seconds["step"], rows=rows, candidates=candidates),
        "parts_of_a_step_ms": {
            "forward": 1e3 * seconds["forward"],
            "losses_and_backward": 1e3 * (seconds["gradients"] - seconds["forward"]),
            "optimizer_and_metrics": 1e3 * (seconds["step"] - seconds["gradients"]),
        },
        "click_loss_only": _speed(seconds["click_loss_only"], rows=rows, candidates=candidates),
        "ratios": {"step_to_click_loss_only": seconds["step"] / seconds["click_loss_only"]},
        "peak_memory_mib": peak_memory,
    }
    if work.files:
        batch = measuring.mean_seconds(work.joint_batches(work.size.rows), steps)
        report["input_pipeline_alone"] = _speed(batch, rows=rows, candidates=candidates)
        report["ratios"]["input_pipeline_speed_to_step_speed"] = seconds["step"] / batch
    return report


def _batches(work: Workload) -> list[tuple[Any, Any]]:
    """Returns a few joint batches with equally many rows, in memory."""
    if not work.files:
        drawn = (generated_batches.joint(work.size, work.seed + number) for number in range(_DISTINCT_BATCHES))
        return [tf.nest.map_structure(tf.constant, batch) for batch in drawn]
    batches = list(islice(work.joint_batches(work.size.rows), _DISTINCT_BATCHES))
    # The last batch of an epoch may have fewer rows.
    return [batch for batch in batches if _rows(batch) == _rows(batches[0])]


def _forward(work: Workload, model: keras.Model, batch):
    def logits(inputs, labels):
        outputs = model(inputs, training=True)
        return {surface: outputs[surface] for surface in labels}

    return work.function(logits, batch)


def _gradients(work: Workload, model: keras.Model, batch):
    def gradients(inputs, labels):
        with tf.GradientTape() as tape:
            logits = model(inputs, training=True)
            loss = model.compute_loss(inputs, labels, logits)
        found = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
        # The sum makes TensorFlow compute them all, since it leaves out what nobody reads. A table's gradient has only
        # the rows that were looked up.
        parts = [each.values if isinstance(each, tf.IndexedSlices) else each for each in found]
        return tf.add_n([tf.cast(loss, tf.float32), *(tf.reduce_sum(tf.cast(part, tf.float32)) for part in parts)])

    return work.function(gradients, batch)


def _step(work: Workload, model: keras.Model, batch):
    model.compile(optimizer=LazyAdam(_LEARNING_RATE))
    model.optimizer.build(model.trainable_variables)
    return work.function(lambda inputs, labels: model.train_step((inputs, labels))["loss"], batch)


def _median_seconds(functions: Mapping[str, Callable], batches, steps: int) -> dict[str, float]:
    def on_each_batch(function):
        return lambda step: function(*batches[step % len(batches)])

    return measuring.median_seconds({name: on_each_batch(each) for name, each in functions.items()}, steps)


def _speed(seconds: float, rows: int, candidates: int) -> dict[str, float]:
    return {
        "milliseconds": 1e3 * seconds,
        "rows_per_second": rows / seconds,
        "candidates_per_second": candidates / seconds,
    }


def _rows(batch) -> int:
    return sum(int(part.shape[0]) for part in batch[1].values())


def _candidates(batches) -> int:
    """Returns the candidates of a batch on average, without padding."""
    parts = [part[features.CANDIDATE_ITEMS] for inputs, _ in batches for part in inputs.values()]
    return round(sum(int(tf.math.count_nonzero(items)) for items in parts) / len(batches))


def _parameters(model: keras.Model) -> dict[str, int]:
    return {"trained_parameters": sum(weight.value.shape.num_elements() for weight in model.trainable_weights)}


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.train_unisar", description=__doc__.splitlines()[0])
    workload.add_arguments(parser, default_steps=10)
    args = parser.parse_args(argv)
    printed_report.show(measure(workload.from_arguments(parser, args), args.steps), args.json)


if __name__ == "__main__":
    main()
