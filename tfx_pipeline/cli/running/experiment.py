"""Train variants of a configuration with one seed or several, and compare them on the validation split.

A YAML file lists the variants, each as `name: [section.field=value, ...]`; configs/experiments holds some. The first is
what the others are compared with. With --seeds 3 all are trained with the first seed, then with the second, and so on.
What was trained before is taken from the cache, so that more seeds train only what is missing. After each training the
table is written to `experiments/<name of the file>.md` below the run's root, all figures to a .json file beside it, and
intervals and learning curves as pictures to a page, .html, that needs no network.
TensorBoard shows each training as `<name of the file>/<name of the variant>`.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.cli.parsing.option_values import whole_number
from tfx_pipeline.cli.running import preflight
from tfx_pipeline.cli.running.surfaces_of_log import fitted_to_log
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.config.variants import load_variants
from tfx_pipeline.console import interruption, library_output
from tfx_pipeline.display.shown import shown
from tfx_pipeline.experiments import rounds
from tfx_pipeline.runners import failures, root_lock
from tfx_pipeline.training.event_logs import run_links

if TYPE_CHECKING:
    from tfx_pipeline.experiments.results import Result, Trained, Training

_BOLD, _PLAIN = "\033[1m", "\033[0m"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    config_arguments.add(parser)
    parser.add_argument("--variants", required=True, metavar="FILE.yaml", help="the variants to train")
    parser.add_argument(
        "--seeds",
        type=whole_number(1),
        default=1,
        metavar="N",
        help="train each variant with N seeds, from train.seed on (%(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print all figures as JSON")


def run(args: argparse.Namespace) -> int:
    """Trains the variants and prints the table; 0 if every variant was trained, else 1."""
    config = config_arguments.load(args)
    variants = load_variants(args.variants, args.config, args.overrides)
    shown_as = _shown_as(rounds.trainings(variants, args.seeds), args.variants)
    preflight.check_all(each for _, each in variants)
    fitted = fitted_to_log([each for _, each in variants], lambda remark: print(f"{remark}.", file=sys.stderr))
    variants = [(variant, each) for (variant, _), each in zip(variants, fitted, strict=True)]
    planned = rounds.trainings(variants, args.seeds)
    path = Path(config.run_root) / "experiments" / f"{Path(args.variants).stem}.md"
    results: list[Result] = []
    try:
        with root_lock.held(config.run_root, "tandem experiment"), shown(everything=args.verbose) as display:
            display.stage("Importing TensorFlow and TFX", remark=": 10 to 30 seconds")
            from tfx_pipeline.experiments.comparison_rows import rows
            from tfx_pipeline.report_page.document import write_whole
            from tfx_pipeline.report_page.experiment_page import page
            from tfx_pipeline.result_texts import experiment_text
            from tfx_pipeline.runners import experiment_runner

            path.parent.mkdir(parents=True, exist_ok=True)

            def train(each: "Training") -> "Trained":
                return experiment_runner.train(each.config, display, shown_as[each.title])

            for result in rounds.run(planned, train, _tell):
                results.append(result)
                found, left = rows(results), rounds.left(planned, results)
                # An interrupted experiment leaves what it has.
                path.write_text(experiment_text.markdown(found, results, left) + "\n", encoding="utf-8")
                figures = json.dumps(experiment_text.values(found, results), indent=2)
                path.with_suffix(".json").write_text(figures + "\n", encoding="utf-8")
                write_whole(page(path.stem, found, results, left), str(path.with_suffix(".html")))
    finally:
        if results:
            print(f"Written to {path}, all figures to {path.stem}.json, pictures to {path.stem}.html.", file=sys.stderr)
    if args.json:
        print(figures)
    else:
        print(experiment_text.text(found, results, left, _bold if sys.stdout.isatty() else str))
    return 1 if any(each.error for each in results) else 0


def _shown_as(planned: Sequence["Training"], file: str) -> dict[str, str]:
    """What TensorBoard calls each training of a file of variants, by its title.

    Raises:
        ConfigError: It would call two of them the same.
    """
    by_name: dict[str, Training] = {}
    for each in planned:
        name = run_links.name_of(each.title)
        if name in by_name:
            first, second = _called(by_name[name]), _called(each)
            raise ConfigError(
                f"{file}: TensorBoard would show both {first} and {second} as `{name}`. Rename one of the variants."
            )
        by_name[name] = each
    group = run_links.name_of(Path(file).stem)
    return {each.title: f"{group}/{name}" for name, each in by_name.items()}


def _called(training: "Training") -> str:
    return f"`{training.variant.name}`" + (f" with its seed {training.turn + 1}" if training.turn else "")


def _tell(error: Exception, config: PipelineConfig) -> str:
    """Prints why a variant failed, and returns the reason in short. An interruption ends the experiment."""
    if interruption.is_one(error):
        raise KeyboardInterrupt from error
    print(failures.tell(error, "tandem experiment", config.run_root, library_output.last_lines()), file=sys.stderr)
    return failures.failure_of(error, config.run_root).text.splitlines()[0]


def _bold(cell: str) -> str:
    return f"{_BOLD}{cell}{_PLAIN}"
