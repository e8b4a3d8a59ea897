"""Run the whole pipeline on this machine, from raw logs to a pushed model.

What an earlier run computed from the same inputs is taken from the cache; a training that was interrupted goes on where
it stopped.
"""

import argparse
import dataclasses
import json
import sys
from typing import TYPE_CHECKING

from tfx_pipeline.cli import config_arguments

if TYPE_CHECKING:
    from tfx_pipeline.report import ModelReport, RunReport


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    config_arguments.add(parser)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(args: argparse.Namespace) -> int:
    """Runs it and prints the report; 0 when every model is pushed, by this run or an earlier one, else 1."""
    config = config_arguments.load(args)
    from components.raw_files.refusal import DataError
    from tfx_pipeline import local_runner  # Imports TFX: many seconds.

    try:
        report = local_runner.run(config)
    except DataError as error:
        print(f"tandem: {error}", file=sys.stderr)
        return 1
    print(json.dumps(dataclasses.asdict(report), indent=2) if args.json else text(report))
    return 0 if report.all_pushed else 1


def text(report: "RunReport") -> str:
    """The report, for a person."""
    lines = [
        f"Ran: {', '.join(report.ran) or 'nothing'}.",
        f"Taken from the cache: {', '.join(report.cached) or 'nothing'}.",
    ]
    lines += [f"Data: {finding}" for finding in report.data_findings]
    for name, model in report.models.items():
        lines += _model_lines(name, model)
    lines.append(f"TensorBoard's logs: {report.tensorboard}; look at them with `tandem tensorboard`.")
    return "\n".join(lines)


def _model_lines(name: str, report: "ModelReport") -> list[str]:
    lines = []
    for surface, model in report.metrics["model"].items():
        baseline = report.metrics["baseline"][surface]
        figures = (f"{metric} {model[metric]:.4f} (baseline {baseline[metric]:.4f})" for metric in model)
        lines.append(f"{name}, {surface}: {', '.join(figures)}")
    for surface, model in report.whole_catalogue.items():
        figures = (f"{metric} {value:.4f}" for metric, value in model.items())
        lines.append(f"{name}, {surface}, among all items: {', '.join(figures)}")
    verdict = (
        "blessed" if report.blessed else "not blessed: it does not beat the baseline by the margin on each surface"
    )
    lines.append(f"Baseline of {name}: {report.baseline}. The model is {verdict}.")
    lines += [f"Not servable: {reason}" for reason in report.servability_reasons]
    if report.servable and report.servability_figures:
        figures = (f"{figure} {value:.2f}" for figure, value in report.servability_figures.items())
        lines.append(f"Servable: {', '.join(figures)}.")
    if report.pushed_version:
        lines.append(f"Pushed: {report.pushed_model_dir}, newest version {report.pushed_version}.")
    else:
        lines.append(f"Nothing of {name} is pushed.")
    return lines
