"""Search for better values of a model's fields, and write them as a configuration.

The section `tune` of the configuration says which fields are varied, how, and how often; without it the usual fields
of the model are. Each trial trains as `tandem run` does, up to the export, and is judged by NDCG@5 on the validation
split. The first has the values of the configuration as it is, if they are among those to try.
With --parallel 2, two trials are trained at a time, each in a process of its own with half of the cores; that takes
twice the memory. A search that was interrupted goes on where it stopped, and one with more --trials where the other
ended. The best
values go into `tuned.yaml` below the run's root, which is the configuration itself with these values. TensorBoard shows
the trials, and compares them under HParams.

    tandem tune --config FILE.yaml --trials 20
    tandem tune --config FILE.yaml --set 'tune.space={unisar.dim: [32, 64], train.batch_size: [64, 256]}'
"""

import argparse
import dataclasses
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.cli.parsing.option_values import whole_number
from tfx_pipeline.cli.running import preflight
from tfx_pipeline.cli.running.surfaces_of_log import fitted_to_log
from tfx_pipeline.config import tuned_file
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.config.search_space import search_space
from tfx_pipeline.config.tune_config import ALGORITHMS, HYPERBAND
from tfx_pipeline.console.exit_code import ExitCode
from tfx_pipeline.display.shown import shown
from tfx_pipeline.result_texts import tune_text
from tfx_pipeline.runners import root_lock
from tfx_pipeline.tuning.trial_results import TrialResult, best_of

FILE = "tuned.yaml"
"""The tuned configuration, below the run's root."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    config_arguments.add(parser)
    parser.add_argument("--trials", type=whole_number(1), metavar="N", help="how many trainings to try (tune.trials)")
    parser.add_argument(
        "--parallel", type=whole_number(1), metavar="N", help="how many are trained at a time (tune.parallel_trials)"
    )
    parser.add_argument("--algorithm", choices=ALGORITHMS, help="how values are chosen (tune.algorithm)")
    parser.add_argument("--seed", type=whole_number(1), metavar="N", help="seed of the choice (tune.seed)")
    parser.add_argument("--output", metavar="FILE.yaml", help=f"the file to write (<root>/{FILE})")
    parser.add_argument("--json", action="store_true", help="print all figures as JSON")


def run(args: argparse.Namespace) -> int:
    """Searches, writes the tuned configuration and prints the table."""
    said = {
        "trials": args.trials,
        "parallel_trials": args.parallel,
        "algorithm": args.algorithm,
        "seed": args.seed,
    }
    options = [f"tune.{name}={value}" for name, value in said.items() if value is not None]
    if args.algorithm == HYPERBAND and args.trials is None:
        options.append("tune.trials=0")  # A number of the file is for the other algorithms.
    args.overrides = [*args.overrides, "tune.enabled=true", *options]
    config = config_arguments.load(args)
    output = Path(args.output or Path(config.run_root, FILE))
    preflight.check(config)
    preflight.check_search(config)
    preflight.check_output(str(output), example=FILE)
    with root_lock.held(config.run_root, "tandem tune"), shown(everything=args.verbose) as display:
        display.stage("Looking for the surfaces that the log has")
        (config,) = fitted_to_log([config])
        display.stage("Importing TensorFlow and TFX", remark=": 10 to 30 seconds")
        from tfx_pipeline.runners import tune_runner

        tune_runner.tune(config, display)
    trials = write_tuned(config, args.config, args.overrides, output)
    print(json.dumps(_values(trials, output), indent=2) if args.json else tune_text.text(trials))
    return ExitCode.OK


def write_tuned(config: PipelineConfig, path: str, overrides: Sequence[str], output: Path) -> list[TrialResult]:
    """Writes what the last search of a configuration has found, and says where.

    Args:
        config: The configuration.
        path: Its file.
        overrides: The changes that it was loaded with.
        output: The file to write.

    Returns:
        The trials of the search.
    """
    from tfx_pipeline.past_runs.last_search import last_search

    searched = [str(each) for each in search_space(config).dimensions]
    trials = last_search(config.run_root, searched)
    best = best_of(trials)
    if best is None:
        return trials
    comments = tune_text.comments(trials, searched, path, config.tune.algorithm)
    tuned_file.write(output, path, overrides, best.values, comments)
    print(f"The best values are in {output}: tandem run --config {shlex.quote(str(output))}", file=sys.stderr)
    return trials


def _values(trials: Sequence[TrialResult], output: Path) -> dict[str, object]:
    best = best_of(trials)
    return {
        "best": dataclasses.asdict(best) if best else None,
        "written": str(output),
        "trials": [dataclasses.asdict(each) for each in trials],
    }
