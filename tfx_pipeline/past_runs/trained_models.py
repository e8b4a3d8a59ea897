"""Finds the trainings that a pushed version was made of. Imports neither TFX nor TensorFlow."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.baseline_model.pushed_versions import last_pushed_version
from schemas import features
from tfx_pipeline.blessing import sasrec
from tfx_pipeline.past_runs.run_store import RunStore, Step
from tfx_pipeline.past_runs.run_summary import pushed_destination
from tfx_pipeline.tuning import tuned_values

_MODEL, _GRAPH, _EXAMPLES, _HYPERPARAMETERS = "model", "transform_graph", "examples", "hyperparameters"
_RIVAL = f"{sasrec.PREFIX}Trainer"
"""A pushed version had to beat its model, and is not made of it."""
_LEARNED = (features.TRAIN_SPLIT, features.PRETRAIN_SPLIT)


@dataclass(frozen=True)
class TrainedModel:
    """One training.

    Attributes:
        model_uri: Where the model lies, an artifact `Model`.
        transform_graph_uri: Where the Transform output lies that it was trained with.
        train_files: Patterns of the transformed examples that it learned from.
        custom_config: What `training_job.custom_config` made for it, with the values that a search has found for it.
        transform_config: What the preprocessing function of its Transform was given.
    """

    model_uri: str
    transform_graph_uri: str
    train_files: tuple[str, ...]
    custom_config: Mapping[str, Any]
    transform_config: Mapping[str, Any]


class NothingTrained(ValueError):
    """There is no pushed version, or nothing is left of its training. The message says which."""


def trained_models(store: RunStore, pushed_model_dir: str) -> dict[str, TrainedModel]:
    """Finds the trainings that the newest pushed version was made of, by any run, however often it was indexed since.

    Args:
        store: The runs of the pipeline that pushed it.
        pushed_model_dir: The folder of versions.

    Returns:
        By the id of the training's component, such as `Trainer` and `RetrieverTrainer`. With fine-tuning, also the
        training that it started from.

    Raises:
        NothingTrained: No version is there, or this pipeline knows nothing of its training any more.
    """
    version = last_pushed_version(pushed_model_dir)
    if not version:
        raise NothingTrained(f"{pushed_model_dir} has no version yet. Train and push a model first: `tandem run`.")
    destination = os.path.join(pushed_model_dir, version)
    pushed = [each for each in store.artifacts.values() if pushed_destination(each) == destination]
    found = {}
    for artifact_id in store.ancestors(each.id for each in pushed if each.id in store.producers):
        _, step = store.producers[artifact_id]
        key = next(key for key, each in step.outputs if each == artifact_id)
        if step.component.endswith("Trainer") and step.component != _RIVAL and key == _MODEL:
            found[step.component] = _trained(store, step, artifact_id)
    if not found:
        raise NothingTrained(
            f"{destination} was not trained by a run of this root ({store.root}), so its weights are not at hand. "
            "Train and push a model first: `tandem run`."
        )
    for name, each in found.items():
        lacking = [uri for uri in (each.model_uri, each.transform_graph_uri) if not os.path.isdir(uri)]
        if lacking and "://" not in lacking[0]:
            raise NothingTrained(f"{lacking[0]} is gone, which {name} wrote. Train a model anew: `tandem run`.")
    return found


def _trained(store: RunStore, step: Step, model_id: int) -> TrainedModel:
    read = {key: store.artifacts[each].uri for key, each in step.inputs}
    _, transform = store.producers[dict(step.inputs)[_GRAPH]]
    splits = json.loads(step.properties["train_args"])["splits"]
    best = tuned_values.read_best(read[_HYPERPARAMETERS]) if _HYPERPARAMETERS in read else {}
    return TrainedModel(
        store.artifacts[model_id].uri,
        read[_GRAPH],
        tuple(f"{read[_EXAMPLES]}/Split-{split}/*" for split in splits if split in _LEARNED),
        tuned_values.settled(json.loads(step.properties["custom_config"]), best),
        json.loads(transform.properties["custom_config"]),
    )
