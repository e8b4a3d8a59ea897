"""Run the whole pipeline on this machine, from raw logs to a pushed model.

What an earlier run computed from the same inputs is taken from the cache. A training that was interrupted goes on where
it stopped. A model is pushed if it beats the last pushed model on each surface, and if a server answers well with it.
The first model must beat popularity instead, and every model the best of several simple rules. If a model is not
pushed, the report says what it lacks and which version stays served, and the exit code is 3. If nothing has changed
since the last push, the report says so, and the exit code is 0. If the log has engagements on one surface alone, the
model learns that one. With a section `tune`, values of its fields are searched first; `tuned.yaml` keeps the best.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.cli.running import preflight
from tfx_pipeline.cli.running.surfaces_of_log import fitted_to_log
from tfx_pipeline.cli.running.tune import FILE, write_tuned
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.console import installed_versions
from tfx_pipeline.console.exit_code import ExitCode
from tfx_pipeline.display.plain_display import PlainDisplay
from tfx_pipeline.display.shown import shown
from tfx_pipeline.hooks.telling import told
from tfx_pipeline.result_texts.report_text import is_pushed, report_text
from tfx_pipeline.runners import root_lock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    config_arguments.add(parser)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(args: argparse.Namespace) -> int:
    """Runs it and prints the report; 0 when every model is pushed, by this run or an earlier one, 3 when one is not."""
    config = config_arguments.load(args)
    report = report_of(config, everything=args.verbose)
    if config.tune.enabled:
        write_tuned(config, args.config, args.overrides, Path(config.run_root, FILE))
    print(json.dumps(report, indent=2) if args.json else report_text(report))
    return ExitCode.OK if is_pushed(report) else ExitCode.NOT_PUSHED


def report_of(config: PipelineConfig, everything: bool) -> dict[str, Any]:
    """Checks what a run needs, runs it unless nothing has changed since the last time, and returns its report.

    Whatever became of it, those are told whom `config.hooks` names.

    Args:
        config: The configuration of the run.
        everything: Show what the libraries log, too.

    Raises:
        NotReadyError: A file, package or folder is missing, or another process works in the root.
        ConfigError: A training was asked for on a surface alone that the log lacks.
        ComponentFailed: A component failed; its error is the cause.
    """
    with told(config, "tandem run") as this:
        preflight.check(config)
        preflight.check_search(config)
        with root_lock.held(config.run_root, "tandem run"), shown(everything=everything) as display:
            display.stage("Looking for the surfaces that the log has")
            (config,) = fitted_to_log([config])
            this.report = report = _repeated_or_run(config, display)
    return report


def _repeated_or_run(config: PipelineConfig, display: PlainDisplay) -> dict[str, Any]:
    """Returns the last report if nothing has changed since, else runs the pipeline and returns its report.

    Raises:
        ComponentFailed: A component failed; its error is the cause.
    """
    from tfx_pipeline.past_runs import last_run

    display.stage("Looking for what has changed since the last run")
    digest = last_run.digest_of_inputs(config, installed_versions.text())
    report = last_run.repeated_report(config, digest)
    if report is not None:
        display.stage("Nothing has changed")
        Path(config.report_path).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        return report
    report = _run(config, display)
    last_run.write(config, digest, report)
    return report


def _run(config: PipelineConfig, display: PlainDisplay) -> dict[str, Any]:
    display.stage("Importing TensorFlow and TFX", remark=": 10 to 30 seconds")
    from tfx_pipeline.runners import local_runner

    return local_runner.run(config, display).as_dict()
