"""Run an experiment of the papers on its data, and set the result beside the paper's.

`tandem reproduce` alone lists the runs. `tandem reproduce unisar-kuaisar` says what data a run needs and what its
authors report. With `--data` it runs the whole pipeline with the run's configuration in `configs/papers`, from the raw
files to the test metrics. The table is printed and written to `reproduced.md` below the run's root. A run that was
interrupted goes on where it stopped, and a second one finds its result.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.rank_metrics import rank_metrics
from tfx_pipeline.cli.parsing.command_parser import did_you_mean
from tfx_pipeline.cli.running import run as run_command
from tfx_pipeline.cli.running.paper_runs import PAPER_RUNS, Figures, PaperRun
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.console.exit_code import ExitCode
from tfx_pipeline.result_texts.report_text import outcome_lines
from tfx_pipeline.result_texts.tables import table

_SURFACES = ("recommendation", "search")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("name", nargs="?", default="", metavar="RUN", help=f"one of {', '.join(PAPER_RUNS)}")
    parser.add_argument("--data", metavar="FOLDER", help="the folder of the data set, as published")
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="section.field=value",
        help="override one field of the run's configuration, e.g. train.epochs=3; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def run(args: argparse.Namespace) -> int:
    """Lists the runs, tells of one, or runs it."""
    if not args.name:
        rows = [[name, each.paper, each.data_set] for name, each in PAPER_RUNS.items()]
        print(table(["run", "paper", "data set"], rows))
        return ExitCode.OK
    paper_run = PAPER_RUNS.get(args.name)
    if paper_run is None:
        raise ConfigError(
            f"there is no run {args.name}.{did_you_mean(args.name, PAPER_RUNS)} `tandem reproduce` lists them."
        )
    here: Figures = {}
    popularity: Figures = {}
    if args.data is None:
        if args.overrides:
            raise ConfigError("--set changes a run, and without --data FOLDER there is none.")
    else:
        config_path = str(paper_run.config_path(args.name))
        config = load_config(config_path, [f"data.path={json.dumps(args.data)}", *args.overrides])
        args.run_root = config.run_root  # An error that comes later is written there.
        report = run_command.report_of(config, everything=args.verbose)
        here, popularity = figures_of(report, "model"), figures_of(report, "popularity")
    if args.json:
        print(json.dumps({"run": args.name, "paper": paper_run.figures, "here": here, "popularity": popularity}))
    else:
        print(text(paper_run, here, popularity))
    if args.data is None:
        print(f"\nIt needs {paper_run.files}. Then: tandem reproduce {args.name} --data FOLDER", file=sys.stderr)
        return ExitCode.OK
    path = Path(config.run_root) / "reproduced.md"
    changed = "".join(f" --set {each}" for each in args.overrides)
    path.write_text(markdown(args.name, paper_run, here, popularity, changed), encoding="utf-8")
    print("\n".join(["", *outcome_lines(report), f"Written to {path}"]), file=sys.stderr)
    return ExitCode.OK


def figures_of(report: Mapping[str, Any], column: str) -> Figures:
    """The test metrics of each surface, by the model that serves it.

    Args:
        report: A run's report.
        column: `model` for the trained models, `popularity` for the simple rule.
    """
    figures: dict[str, Mapping[str, float]] = {}
    for model in report["models"].values():
        figures |= {surface: values for surface, values in model["metrics"].get(column, {}).items()}
    return {surface: figures[surface] for surface in _SURFACES if surface in figures}


def text(paper_run: PaperRun, here: Figures, popularity: Figures) -> str:
    """The table for the terminal, and where the paper's figures come from."""
    heading = f"{paper_run.paper} on {paper_run.data_set}, test split"
    return f"{heading}\n\n{table(*_table(paper_run, here, popularity))}\n\nPaper: {paper_run.source}."


def markdown(name: str, paper_run: PaperRun, here: Figures, popularity: Figures, changed: str) -> str:
    """The same as a page of Markdown, with the command that made it."""
    header, rows = _table(paper_run, here, popularity)
    lines = [" | ".join(row) for row in (header, ["---"] * len(header), *rows)]
    table_text = "\n".join(f"| {line} |" for line in lines)
    return (
        f"# {paper_run.paper} on {paper_run.data_set}, test split\n\n{table_text}\n\n"
        f"Paper: {paper_run.source}. Here: `tandem reproduce {name} --data FOLDER{changed}`.\n"
    )


def _table(paper_run: PaperRun, here: Figures, popularity: Figures) -> tuple[list[str], list[list[str]]]:
    columns = {"paper": paper_run.figures, "here": here, "popularity here": popularity}
    rows = []
    for surface in _SURFACES:
        for place, metric in enumerate(rank_metrics()):
            values = [figures.get(surface, {}).get(metric.name) for figures in columns.values()]
            cells = ["" if value is None else f"{value:.4f}" for value in values]
            rows.append([surface if place == 0 else "", metric.label, *cells])
    return ["surface", "metric", *columns], rows
