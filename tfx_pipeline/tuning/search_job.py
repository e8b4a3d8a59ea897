"""One search: from what TFX's Tuner hands over to a tuner that is ready to run."""

import dataclasses
import datetime
import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfx_pipeline.config.loading import as_dict, from_dict
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.config.search_space import Dimension, SearchSpace
from tfx_pipeline.config.training_config import SettledTrainConfig
from tfx_pipeline.config.tune_config import HYPERBAND, TuneConfig
from tfx_pipeline.training import automatic_training, inputs, training_job
from tfx_pipeline.training.event_logs import run_links
from tfx_pipeline.training.training_job import TrainingJob
from tfx_pipeline.tuning import search_folders
from tfx_pipeline.tuning.oracles import oracle_of
from tfx_pipeline.tuning.trial_tuner import STATE, TrialEnd, TrialRun, TrialTuner
from tfx_pipeline.tuning.tuned_values import as_kept, with_values

_LONGEST_BRACKET = 27
"""Epochs of Hyperband if nobody says how many: its brackets have 70 trials of them, and 254 of a hundred."""
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
    """
    settings = {name: value for name, value in custom.items() if name not in (_TUNE, _DIMENSIONS, _TRAINER)}
    tune, dimensions = from_dict(TuneConfig, custom[_TUNE]), dimensions_of(custom)
    folder = _folder(custom, files)
    folder.mkdir(parents=True, exist_ok=True)
    search_folders.note(folder)
    trials = _Trials(settings, files, tune, folder, custom[_TRAINER])
    has_own_rule = tune.algorithm == HYPERBAND
    first = {} if has_own_rule else _first(settings, trials.settled, dimensions)
    oracle = oracle_of(tune, dimensions, trials.settled.epochs, first)
    return TrialTuner(oracle, trials.train, folder, tune.prune and not has_own_rule, begins_as_configured=bool(first))


class _Trials:
    """Makes the trainings of a search.

    Attributes:
        settled: How the configuration as it is trains, with the most epochs of a trial.
    """

    def __init__(
        self, settings: Mapping[str, Any], files: Mapping[str, Any], tune: TuneConfig, folder: Path, trainer: str
    ):
        self._settings, self._files, self._folder = settings, files, folder
        self._goes_on = tune.algorithm == HYPERBAND
        self._logs = folder / trainer / "model_run"  # As TFX lays out the logs of a component.
        self._name = _name(folder, settings["model_name"])
        self.settled = self._settled(tune.max_epochs)

    def train(self, run: TrialRun) -> TrialEnd:
        """Makes one training."""
        job = self._job(with_values(self._settings, run.values), run.number)
        epochs = run.epochs or self.settled.epochs
        # With Hyperband, a training that goes on is known by its settings, so these are the same in each round.
        every = 1 if self._goes_on else min(job.train.validate_every, epochs)
        job = dataclasses.replace(job, train=dataclasses.replace(job.train, epochs=epochs, validate_every=every))
        with run_links.shown_as_part_of(self._name, f"trial {run.number:02d}"):
            trained = training_job.train(job, run.callbacks, run.of)
        told = json.loads((Path(job.log_dir) / training_job.VALIDATION_FILE).read_text(encoding="utf-8"))
        if not self._goes_on:
            shutil.rmtree(trained.job.state_dir, ignore_errors=True)
        return TrialEnd(trained.best_logs, told[training_job.EPOCHS])

    def _job(self, settings: Mapping[str, Any], number: int) -> TrainingJob:
        job = TrainingJob(
            model_dir="",  # Nothing is exported.
            log_dir=str(self._logs / str(number)),
            **self._files,
            **training_job.from_custom_config(settings),
        )
        return dataclasses.replace(job, checkpoint_dir=str(self._folder / STATE))

    def _settled(self, max_epochs: int) -> SettledTrainConfig:
        job = self._job(self._settings, 0)
        train = dataclasses.replace(job.train, epochs=max_epochs, validate_every=1) if max_epochs else job.train
        examples = (
            inputs.count_examples(job.train_files, train.surfaces, train.sequence_ends_only) if train.automatic else 0
        )
        settled = automatic_training.settle(train, examples)
        if self._goes_on and not max_epochs:
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
    """Where this very search lives. One with more trials, or without pruning, goes on where the other ended."""
    tune = {name: value for name, value in custom[_TUNE].items() if name not in ("trials", "prune")}
    told = [{**custom, _TUNE: tune}, {name: files[name] for name in sorted(files)}]
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
    return Path(custom["checkpoint_dir"]).with_name(search_folders.FOLDER) / digest


def _name(folder: Path, model_name: str) -> str:
    """What TensorBoard calls the search: by its model and when it was begun."""
    path = folder / "begun"
    if not path.exists():
        path.write_text(f"{datetime.datetime.now():%Y-%m-%d %H:%M}", encoding="utf-8")
    return f"{model_name} search {path.read_text(encoding='utf-8')}"
