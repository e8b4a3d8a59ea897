"""One search: from what TFX's Tuner hands over to a tuner that is ready to run."""

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfx_pipeline.config.loading import as_dict, from_dict
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.config.search_space import Dimension, SearchSpace
from tfx_pipeline.config.training_config import SettledTrainConfig
from tfx_pipeline.config.tune_config import HYPERBAND, TuneConfig
from tfx_pipeline.training import automatic_training, inputs, training_job
from tfx_pipeline.tuning import search_folders, trial_processes
from tfx_pipeline.tuning.one_trial import SearchError
from tfx_pipeline.tuning.oracles import oracle_of
from tfx_pipeline.tuning.trial_trainings import TrialTrainings
from tfx_pipeline.tuning.trial_tuner import TrialTuner
from tfx_pipeline.tuning.tuned_values import as_kept

_LONGEST_BRACKET = 27
"""Epochs of Hyperband if nobody says how many: its brackets have 70 trials of them, and 254 of a hundred."""
_HOW_LONG = ("trials", "prune", "parallel_trials")
"""Settings that do not change what is searched."""
_TUNE, _DIMENSIONS, _TRAINER = "tune", "dimensions", "trainer"


def custom_config(config: PipelineConfig, space: SearchSpace, trainer: str) -> dict[str, Any]:
    """What of a run's configuration a Tuner depends on, as plain values: a change in it searches anew.

    Args:
        config: The configuration.
        space: What is varied.
        trainer: The id of the component that trains with the best values.
    """
    train = config.retriever.train if space.training == "retriever.train" else config.train
    tune = as_dict(config.tune)
    for name in ("enabled", "space"):  # It is on, and `dimensions` says what the space is.
        del tune[name]
    return {
        **training_job.custom_config(config, space.model, train),
        _TUNE: tune,
        _DIMENSIONS: [dataclasses.asdict(each) for each in space.dimensions],
        _TRAINER: trainer,
    }


def dimensions_of(custom: Mapping[str, Any]) -> tuple[Dimension, ...]:
    """What a Tuner varies, of its `custom_config`."""
    return tuple(Dimension(**{**each, "values": tuple(each["values"])}) for each in custom[_DIMENSIONS])


def tuner_of(custom: Mapping[str, Any], files: Mapping[str, Any]) -> TrialTuner:
    """The tuner of a search, which takes up what is left of an interrupted one.

    Args:
        custom: What `custom_config` made.
        files: The arguments of `TrainingJob` that TFX hands over: the files that a trial reads.

    Raises:
        SearchError: This machine has too few cores for so many trials at a time.
    """
    settings = {name: value for name, value in custom.items() if name not in (_TUNE, _DIMENSIONS, _TRAINER)}
    tune, dimensions = from_dict(TuneConfig, custom[_TUNE]), dimensions_of(custom)
    if refused := trial_processes.refusal(tune.parallel_trials):
        raise SearchError(refused)
    folder = _folder(custom, files)
    folder.mkdir(parents=True, exist_ok=True)
    search_folders.note(folder)
    has_own_rule = tune.algorithm == HYPERBAND
    name = _name(folder, settings["model_name"])
    trainings = TrialTrainings(settings, files, folder, custom[_TRAINER], name, goes_on=has_own_rule)
    settled = _settled(trainings, settings, tune)
    first = {} if has_own_rule else _first(settings, settled, dimensions)
    oracle = oracle_of(tune, dimensions, settled.epochs, first)
    return TrialTuner(
        oracle,
        trainings.train,
        folder,
        epochs=settled.epochs,
        prune=tune.prune and not has_own_rule,
        begins_as_configured=bool(first),
        at_a_time=tune.parallel_trials,
    )


def _settled(trainings: TrialTrainings, settings: Mapping[str, Any], tune: TuneConfig) -> SettledTrainConfig:
    """How the configuration as it is trains, with the most epochs of a trial."""
    job = trainings.job(settings, 0, 0)
    train = dataclasses.replace(job.train, epochs=tune.max_epochs, validate_every=1) if tune.max_epochs else job.train
    examples = (
        inputs.count_examples(job.train_files, train.surfaces, train.sequence_ends_only) if train.automatic else 0
    )
    settled = automatic_training.settle(train, examples)
    if tune.algorithm == HYPERBAND and not tune.max_epochs:
        return dataclasses.replace(settled, epochs=min(settled.epochs, _LONGEST_BRACKET), validate_every=1)
    return settled


def _first(
    settings: Mapping[str, Any], settled: SettledTrainConfig, dimensions: tuple[Dimension, ...]
) -> dict[str, Any]:
    """The values of the configuration as it is, as KerasTuner keeps them; empty if the space lacks one of them."""
    model, train = settings["model_config"], as_dict(settled)
    first = {}
    for each in dimensions:
        section, _, field = each.name.rpartition(".")
        value: Any = (train if section.endswith("train") else model)[field]
        value = tuple(value) if isinstance(value, list) else value
        if value in each.values:
            first[each.name] = as_kept(each)[each.values.index(value)]
        elif not each.values and each.low <= value <= each.high:
            first[each.name] = value
        else:
            return {}
    return first


def _folder(custom: Mapping[str, Any], files: Mapping[str, Any]) -> Path:
    """Where this very search lives. One with more trials, or more at a time, or without pruning, goes on with it."""
    tune = {name: value for name, value in custom[_TUNE].items() if name not in _HOW_LONG}
    told = [{**custom, _TUNE: tune}, {name: files[name] for name in sorted(files)}]
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
    return Path(custom["checkpoint_dir"]).with_name(search_folders.FOLDER) / digest


def _name(folder: Path, model_name: str) -> str:
    """What TensorBoard calls the search: by its model and when it was begun."""
    path = folder / "begun"
    if not path.exists():
        path.write_text(f"{datetime.datetime.now():%Y-%m-%d %H:%M}", encoding="utf-8")
    return f"{model_name} search {path.read_text(encoding='utf-8')}"
