"""Train variants of a configuration, and compare them on the validation split.

A YAML file lists the variants, each as `name: [section.field=value, ...]`; configs/experiments holds some. The table is
printed and written to `experiments/<name of the file>.md` below the run's root. A variant that was trained before is
taken from the cache.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.rank_metrics import rank_metrics
from tfx_pipeline.cli.console import interruption, library_output
from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.cli.running import preflight
from tfx_pipeline.cli.running.surfaces_of_log import fitted_to_log
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.config.variants import load_variants
from tfx_pipeline.display.shown import shown
from tfx_pipeline.runners import failures

if TYPE_CHECKING:
    from tfx_pipeline.runners.experiment_runner import Result

_METRICS = tuple(metric.name for metric in rank_metrics())
_EPOCH = "epoch"
_COLUMNS = (_EPOCH, *_METRICS)
_SURFACES = ("recommendation", "search")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    config_arguments.add(parser)
    parser.add_argument("--variants", required=True, metavar="FILE.yaml", help="the variants to train")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")


def run(args: argparse.Namespace) -> int:
    """Trains the variants and prints the table; 0 if every variant was trained, else 1."""
    config = config_arguments.load(args)
    variants = load_variants(args.variants, args.config, args.overrides)
    preflight.check_all(each for _, each in variants)
    fitted = fitted_to_log([each for _, each in variants], lambda remark: print(f"{remark}.", file=sys.stderr))
    variants = [(variant, each) for (variant, _), each in zip(variants, fitted, strict=True)]
    path = Path(config.run_root) / "experiments" / f"{Path(args.variants).stem}.md"
    results: list[Result] = []
    with shown(everything=args.verbose) as display:
        display.stage("Importing TensorFlow and TFX", remark=": 10 to 30 seconds")
        from tfx_pipeline.runners import experiment_runner

        path.parent.mkdir(parents=True, exist_ok=True)
        for result in experiment_runner.run(variants, _tell, display):
            results.append(result)
            path.write_text(table(results) + "\n", encoding="utf-8")  # An interrupted experiment leaves what it has.
    if args.json:
        printed = [{"name": each.variant.name, **each.metrics, "error": each.error} for each in results]
        print(json.dumps(printed, indent=2))
    else:
        print(table(results))
        print(f"\nWritten to {path}", file=sys.stderr)
    return 1 if any(each.error for each in results) else 0


def _tell(error: Exception, config: PipelineConfig) -> str:
    """Prints why a variant failed, and returns the reason in short. An interruption ends the experiment."""
    if interruption.is_one(error):
        raise KeyboardInterrupt from error
    print(failures.tell(error, "tandem experiment", config.run_root, library_output.last_lines()), file=sys.stderr)
    return failures.failure_of(error, config.run_root).text.splitlines()[0]


def table(results: Sequence["Result"]) -> str:
    """The results as a Markdown table: each surface's metrics on the validation split, at each variant's best epoch."""
    lines = [
        "| variant | " + " | ".join(f"{surface} {name}" for surface in _SURFACES for name in _COLUMNS) + " |",
        "| --- |" + " --- |" * (len(_SURFACES) * len(_COLUMNS)),
    ]
    for result in results:
        if result.error:
            lines.append(f"| {result.variant.name} | failed: {result.error} |")
            continue
        cells = [_cell(result.metrics.get(surface, {}), name) for surface in _SURFACES for name in _COLUMNS]
        lines.append(f"| {result.variant.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(metrics: Mapping[str, float], name: str) -> str:
    """Empty for a surface that the variant was not trained on."""
    if name not in metrics:
        return ""
    return f"{metrics[name]:.0f}" if name == _EPOCH else f"{metrics[name]:.4f}"
