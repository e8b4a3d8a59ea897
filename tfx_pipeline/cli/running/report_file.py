"""Write the report of a run, or of several side by side, as one HTML file, which needs no network.

tandem report                        # of the newest run that has finished
tandem report 3 --out shop.html      # of run 3, as `tandem runs` lists it
tandem report 2 3                    # of both, side by side
tandem report --card card.md         # the card of its models, in Markdown, too
tandem report --lists 20             # with ranked lists: the model is asked, which takes TensorFlow and a minute
"""

import argparse
import os

from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.cli.parsing.option_values import whole_number
from tfx_pipeline.cli.running import preflight
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import METADATA_FILE
from tfx_pipeline.console.exit_code import ExitCode
from tfx_pipeline.runners.failures import NotReadyError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument(
        "runs",
        nargs="*",
        metavar="RUN",
        help="number of a run, as `tandem runs` lists it (the newest that has finished)",
    )
    config_arguments.add(parser)
    parser.add_argument(
        "--out", default="", metavar="FILE.html", help="the file to write (<run root>/reports/run_RUN.html)"
    )
    parser.add_argument(
        "--card", default="", metavar="FILE.md", help="write the card of the run's models into this file, too"
    )
    parser.add_argument(
        "--lists",
        type=whole_number(0),
        default=0,
        metavar="N",
        help="ask the model, too: slices, N ranked lists, neighbours of items, sessions; takes a minute (%(default)s)",
    )


def run(args: argparse.Namespace) -> int:
    """Writes the report and prints where it is; 1 if no such run has finished, or the file cannot be written."""
    root = config_arguments.load(args).run_root
    if args.out:
        preflight.check_output(args.out, "--out", "report.html")
    if args.card:
        preflight.check_output(args.card, "--card", "card.md")
    if args.card and len(args.runs) > 1:
        raise ConfigError("--card is of one run; name one.")
    if not os.path.isfile(os.path.join(root, METADATA_FILE)):
        raise NotReadyError(f"there are no runs yet in {root}; `tandem run` makes them.")
    from tfx_pipeline.past_runs.finished_run import NotFinished, UnknownRun, finished_runs
    from tfx_pipeline.report_page.whole_page import default_path, numbers_told, write_card, write_page

    try:
        chosen = finished_runs(root, args.runs)
    except UnknownRun as error:
        raise ConfigError(str(error)) from None
    except NotFinished as error:
        raise NotReadyError(str(error)) from None
    path = args.out or default_path(chosen)
    try:
        write_page(chosen, path, args.lists)
        if args.card:
            write_card(chosen[0], args.card)
    except OSError as error:
        place = error.filename2 or path
        raise NotReadyError(f"the report cannot be written to {place}: {error.strerror or error}.") from error
    print(f"The report of {numbers_told(chosen)} is in {path}")
    if args.card:
        print(f"The card of its models is in {args.card}")
    return ExitCode.OK
