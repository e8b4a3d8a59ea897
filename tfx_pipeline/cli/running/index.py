"""Take new items into the pushed model, without training.

The items of `data.items` are read anew, and the pushed model is exported again with all of them. New ones are found and
ranked by their titles, categories, attributes, numbers and vectors, and changed titles count from now on. What the
model learned stays as it is. The servability gate tries the new version before it is pushed. The events are read, too:
the catalogue has the items that they name. If nothing has changed since the last time, the answer is "Unchanged". A
model that is trained anew (`tandem run`) knows new items better: by who engages with them.
"""

import argparse
import dataclasses
import json
import os
from typing import TYPE_CHECKING, Any

from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.cli.running import preflight
from tfx_pipeline.cli.running.surfaces_of_log import fitted_to_log
from tfx_pipeline.config.calibration_config import CalibrationConfig
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.console.exit_code import ExitCode
from tfx_pipeline.display.shown import shown
from tfx_pipeline.hooks.telling import told
from tfx_pipeline.result_texts.report_text import is_pushed, outcome_lines
from tfx_pipeline.runners import root_lock
from tfx_pipeline.runners.failures import NotReadyError

if TYPE_CHECKING:
    from tfx_pipeline.past_runs.trained_models import TrainedModel


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    config_arguments.add(parser)
    parser.add_argument("--json", action="store_true", help="print what became of each model as JSON")


def run(args: argparse.Namespace) -> int:
    """Runs it and prints what became of each model; 0 if it was pushed, now or before, 3 if the gate refused it."""
    config = config_arguments.load(args)
    with told(config, "tandem index") as this:
        this.report = report = _report_of(config, everything=args.verbose)
    print(json.dumps(report, indent=2) if args.json else "\n".join(outcome_lines(report)))
    return ExitCode.OK if is_pushed(report) else ExitCode.NOT_PUSHED


def _report_of(config: PipelineConfig, everything: bool) -> dict[str, Any]:
    """Takes new items in, and returns what became of each model."""
    preflight.check(config)
    with root_lock.held(config.run_root, "tandem index"), shown(everything=everything) as display:
        # The trained models keep their calibration, so nothing has to be counted for it.
        config = dataclasses.replace(config, calibration=CalibrationConfig())
        (config,) = fitted_to_log([config])
        trained = _trained(config)
        display.stage("Importing TensorFlow and TFX", remark=": 10 to 30 seconds")
        from tfx_pipeline.runners import index_runner

        reports = index_runner.run(config, trained, display)
    return {"models": {name: dataclasses.asdict(each) for name, each in reports.items()}}


def _trained(config: PipelineConfig) -> "dict[str, TrainedModel]":
    """The trainings that the newest versions of all served models were made of.

    Raises:
        NotReadyError: Nothing was pushed yet, or its training is gone.
    """
    from tfx_pipeline.past_runs.run_store import RunStore
    from tfx_pipeline.past_runs.trained_models import NothingTrained, trained_models

    if not os.path.exists(config.metadata_path):
        raise NotReadyError(f"{config.run_root} has no run yet. Train and push a model first: `tandem run`.")
    store = RunStore(config.run_root)
    try:
        found = [trained_models(store, served.pushed_model_dir) for served in config.served_models]
    except NothingTrained as error:
        raise NotReadyError(str(error)) from error
    trained = {name: model for each in found for name, model in each.items()}
    needed = [f"{served.node_prefix}Trainer" for served in config.served_models]
    lacking = sorted({*needed, *(["RetrieverTrainer"] if config.retriever.model else [])} - trained.keys())
    if lacking:
        raise NotReadyError(
            f"The pushed version has no {' and no '.join(lacking)}, so it is of another configuration than this one. "
            "Train and push a model first: `tandem run`."
        )
    return trained
