"""On how many users a second is UnifiedSSR pre-trained, at the size of the Beauty benchmark?

python -m benchmarks.train_unifiedssr
python -m benchmarks.train_unifiedssr --rows 1024 --set loss=softmax
"""

import argparse
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from benchmarks.figures import measuring, printed_report
from benchmarks.workloads import generated_batches
from benchmarks.workloads.generated_batches import AMAZON, Size
from benchmarks.workloads.workload import assigned_fields
from models.optimizers.lazy_adam import LazyAdam
from models.optimizers.noam import Noam
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_model import UnifiedSSR
from models.vocabulary import Vocabulary
from schemas.canonical_event import Surface

REFERENCE_USERS_PER_SECOND = 3100
"""The speed of the paper's code on 2 idle cores, with batches of 128 users of one surface, ids only, same sizes."""
_DISTINCT_BATCHES = 4
_LONGEST_HISTORY = 2
_WORDS_PER_QUERY = 8
BOTH = "both_surfaces"


def measure(config: UnifiedSSRConfig, rows: int, steps: int, scale: float = 1.0, seed: int = 0) -> dict[str, Any]:
    """Measures whole training steps on batches in memory.

    A user is a sequence on one surface: 1 or 2 events and the target. Every position is predicted.

    Args:
        config: The model's hyper-parameters.
        rows: The users of one surface in a batch.
        steps: How many steps are measured for each kind of batch.
        scale: A factor for the vocabularies.
        seed: Seed of the weights and of everything that is drawn.

    Returns:
        The report. It shows steps on batches of one surface and of both, and the speed of pre-training as in the paper,
        with equally many batches of each surface.
    """
    keras.utils.set_random_seed(seed)
    size = _size(rows, scale)
    vocabulary = Vocabulary(size.vocabulary.users, size.vocabulary.items, size.vocabulary.words)
    model = UnifiedSSR(config, vocabulary)
    model.build()
    model.compile(LazyAdam(Noam(config.dim), beta_2=0.98, epsilon=1e-9))
    model.optimizer.build(model.trainable_variables)
    joint = [
        tf.nest.map_structure(tf.constant, generated_batches.joint(size, seed + number))
        for number in range(_DISTINCT_BATCHES)
    ]
    batches = {surface.value: [_one_surface(batch, surface) for batch in joint] for surface in Surface} | {BOTH: joint}
    seconds = measuring.median_seconds({name: _step(model, each) for name, each in batches.items()}, steps)
    apart = sum(seconds[surface.value] for surface in Surface)
    users = {surface.value: rows for surface in Surface} | {BOTH: 2 * rows}
    pre_training = 2 * rows / apart
    return {
        "workload": {
            "users_of_a_surface": rows,
            "longest_history": _LONGEST_HISTORY,
            "words_per_query": _WORDS_PER_QUERY,
            **dataclasses.asdict(size.vocabulary),
            "unifiedssr": config.to_dict(),
            "trained_parameters": sum(weight.value.shape.num_elements() for weight in model.trainable_weights),
        },
        "machine": measuring.machine(),
        "steps": [
            {"batch": name, "milliseconds": 1e3 * each, "users_per_second": users[name] / each}
            for name, each in seconds.items()
        ],
        "pre_training_in_batches_of_one_surface": {
            "users_per_second": pre_training,
            "ratio_to_the_reference": pre_training / REFERENCE_USERS_PER_SECOND,
        },
        "peak_memory_mib": measuring.peak_memory_mib(),
    }


def _size(rows: int, scale: float) -> Size:
    vocabulary = AMAZON.scaled(scale).vocabulary
    history = dataclasses.replace(
        AMAZON.unisar, recommendation_history=_LONGEST_HISTORY, search_history=_LONGEST_HISTORY
    )
    return dataclasses.replace(
        AMAZON,
        recommendation_rows=rows,
        search_rows=rows,
        vocabulary=vocabulary,
        words_per_query=_WORDS_PER_QUERY,
        unisar=history,
    )


def _one_surface(batch, surface: Surface):
    return tuple({surface.value: part[surface.value]} for part in batch)


def _step(model: keras.Model, batches):
    # This code has no Python control flow over tensors.
    function = tf.function(lambda inputs, labels: model.train_step((inputs, labels))["loss"], autograph=False)
    return lambda step: function(*batches[step % len(batches)])


def _config(assignments: Mapping[str, Any]) -> UnifiedSSRConfig:
    known = {each.name for each in dataclasses.fields(UnifiedSSRConfig)}
    if unknown := set(assignments) - known:
        raise ValueError(f"UnifiedSSRConfig has no field {', '.join(sorted(unknown))}.")
    return UnifiedSSRConfig(**assignments)


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.train_unifiedssr", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=128, help="users of a surface in a batch")
    parser.add_argument("--steps", type=int, default=50, help="measured steps; figures are their medians")
    parser.add_argument("--scale", type=float, default=1.0, help="vocabularies times this, for a first look")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a field of UnifiedSSRConfig")
    parser.add_argument("--seed", type=int, default=0, help="of the weights and of all that is drawn")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args(argv)
    try:
        config = _config(dict(assigned_fields(args.set)))
    except ValueError as error:
        parser.error(str(error))
    printed_report.show(measure(config, args.rows, args.steps, args.scale, args.seed), args.json)


if __name__ == "__main__":
    main()
