"""Write what the pushed model recommends to each user of the log, as Parquet files.

For mails, notifications and caches: no server is asked. Users and their histories are those of the log that the
configuration names, as of now; new users are not among them. Each file holds a part of the users, a row for each, the
best item first: `user_id`, `history` (how many tokens the model was sent), `items`, `scores`, `sources`. Beam does it,
on the engine that `beam` of the configuration names. What was finished before an interruption is kept: the same command
goes on.

tandem score --k 50                               # into `scores` below the run's root
tandem score --output FOLDER --vectors            # the users' vectors, too; `tandem vectors` writes those of items
tandem score --version 1796041714 --include_seen  # an earlier version; items of the history may come again
"""

import argparse
import dataclasses
import json
import os
import sys

from components.raw_files.refusal import DataError
from schemas.signatures import LARGEST_K
from tfx_pipeline.cli.asking.asked_user import limits
from tfx_pipeline.cli.parsing import config_arguments, option_values
from tfx_pipeline.cli.running import preflight
from tfx_pipeline.cli.serving.asked_version import retriever_dir
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.console.exit_code import ExitCode
from tfx_pipeline.display.plain_display import PlainDisplay
from tfx_pipeline.display.shown import shown
from tfx_pipeline.runners import root_lock
from tfx_pipeline.runners.failures import NotReadyError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    config_arguments.add(parser)
    parser.add_argument(
        "--k", type=option_values.whole_number(1), default=100, help="how many items each user gets (%(default)s)"
    )
    parser.add_argument("--output", default="", metavar="FOLDER", help="where the files go (ROOT/scores)")
    parser.add_argument("--version", default="", metavar="N", help="the pushed version to ask (the newest)")
    parser.add_argument("--include_seen", action="store_true", help="items of the user's history, too")
    parser.add_argument("--vectors", action="store_true", help="write each user's vector, too (column `vector`)")
    parser.add_argument(
        "--parts",
        type=option_values.whole_number(1),
        default=32,
        metavar="N",
        help="how many files; a worker holds the users of one in memory, so that 10,000 a file are fine (%(default)s)",
    )
    parser.add_argument("--force", action="store_true", help="replace scores of another model, log or setting")
    parser.add_argument("--json", action="store_true", help="print what was written as JSON")


def run(args: argparse.Namespace) -> int:
    """Writes the files; 0 when all are there."""
    config = config_arguments.load(args)
    if args.k > LARGEST_K:
        raise ConfigError(f"--k {args.k}: a model lists at most {LARGEST_K:,} items")
    model_dir = retriever_dir(config, args.version)
    if lacks := preflight.beam(config):
        raise NotReadyError("\n".join(lacks))
    folder = args.output or os.path.join(config.run_root, "scores")
    with root_lock.held(folder, "tandem score"), shown(everything=args.verbose) as display:
        display.stage("Importing TensorFlow and Beam", remark=": some 10 seconds")
        return _score(args, config, model_dir, folder, display)


def _score(args: argparse.Namespace, config: PipelineConfig, model_dir: str, folder: str, display: PlainDisplay) -> int:
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions

    from tfx_pipeline.engines import beam_options
    from tfx_pipeline.scoring import scoring_job
    from tfx_pipeline.scoring.score_files import OtherScoresError

    job = scoring_job.ScoringJob(
        config.data,
        limits(config),
        model_dir,
        folder,
        k=args.k,
        exclude_seen=not args.include_seen,
        vectors=args.vectors,
        parts=args.parts,
        force=args.force,
    )
    display.stage("Looking whether the log and the scores are those of before")
    options = [*beam_options.for_executors(config.beam)]
    try:
        scored = scoring_job.run(
            job,
            lambda: beam.Pipeline(options=PipelineOptions(options)),
            begins=lambda parts: display.stage("Scoring", remark=f" into {len(parts)} files, by {model_dir}"),
        )
    except (DataError, OtherScoresError) as error:
        print(f"tandem score: {error}", file=sys.stderr)
        return ExitCode.FAILED
    if args.json:
        print(json.dumps({**dataclasses.asdict(scored), "folder": folder, "model": model_dir}, indent=2))
    else:
        kept = f"; {scored.kept} were finished before" if scored.kept else ""
        print(f"{folder}: {scored.users:,} users, {scored.parts} files written{kept}. Asked: {model_dir}")
    return ExitCode.OK
