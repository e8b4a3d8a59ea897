"""Make up a log: users, their clicks in a feed, their searches, and how one leads to the other.

The log is written into `data.path` of the configuration, in the layout that `data.source` reads (`events`, `kuaisar`,
`jdsearch` or `amazon_reviews`), so that `tandem run` with the same configuration trains on it. Beside it, truth.json
has the transitions that were planted, and the best metrics that any model can reach. The section `generate` holds all
settings; components/synthetic_log/README.md explains the process. Equal settings make equal files, whatever the number
of workers.

    tandem generate --events 1000000 --transitions high
    tandem generate --world cold --output FOLDER
    tandem generate --config configs/kuaisar.yaml --output FOLDER --set generate.gzip=true
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Mapping
from typing import Any, Final

from components.sources.data_config import GENERIC_SOURCE
from components.synthetic_log.finished_set import TRUTH_FILE, AnotherSetError
from components.synthetic_log.generator_config import STRENGTHS
from components.synthetic_log.worlds import WORLD, WORLDS
from schemas.rank_metrics import rank_metrics
from tfx_pipeline.cli.parsing import config_arguments, option_values
from tfx_pipeline.config.loading import ConfigError

DEFAULT_CONFIG: Final = "configs/generated.yaml"
_METRICS: Final = tuple(metric.name for metric in rank_metrics())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    config_arguments.add(parser, DEFAULT_CONFIG)
    parser.add_argument("--output", metavar="FOLDER", help="where the files go (data.path of the configuration)")
    parser.add_argument(
        "--world",
        choices=tuple(WORLDS),
        help="a platform of a kind (generate.world); it sets all that components/synthetic_log/worlds.py lists for it, "
        "whatever the configuration says",
    )
    parser.add_argument(
        "--events", type=option_values.whole_number(1), metavar="N", help="about how many events (generate.events)"
    )
    parser.add_argument(
        "--seed", type=option_values.whole_number(0), metavar="N", help="seed of all random numbers (generate.seed)"
    )
    parser.add_argument(
        "--transitions",
        choices=tuple(STRENGTHS),
        help="how strongly an action depends on those before it (generate.transitions, whose r2r, s2r, r2s and s2s can "
        "be set one by one, from 0 to 1)",
    )
    parser.add_argument(
        "--workers",
        type=option_values.whole_number(1),
        default=1,
        metavar="N",
        help="processes that make the files (%(default)s)",
    )
    parser.add_argument("--force", action="store_true", help="replace another set of files in that folder")
    parser.add_argument("--json", action="store_true", help="print the truth file")


def run(args: argparse.Namespace) -> int:
    """Makes the files and prints the best metrics on them; 1 if other files are in the way."""
    from components.synthetic_log.generated_set import generate  # NumPy takes a second.
    from components.synthetic_log.layouts.known_layouts import LAYOUTS

    config = config_arguments.load(args, _overrides(args))
    folder = config.data.path
    if config.data.source not in LAYOUTS:
        *others, last = LAYOUTS
        raise ConfigError(
            f"data.source = {config.data.source!r}: can be read, not made up. Give {', '.join(others)} or {last}."
        )
    if config.generate.list_length and config.data.source != GENERIC_SOURCE:
        raise ConfigError(
            f"generate.list_length = {config.generate.list_length}: of the layouts, `{GENERIC_SOURCE}` alone tells "
            f"places. Received: data.source = {config.data.source!r}"
        )
    if not folder or "://" in folder:
        raise ConfigError(f"data.path = {folder!r}: give a folder of this machine to write into, here or by --output.")
    try:
        truth = generate(
            config.generate, config.data.source, folder, config.data.evaluation_negatives, args.workers, args.force
        )
    except (AnotherSetError, OSError) as error:
        print(f"tandem: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("tandem: interrupted; nothing is in its place yet, and the same command begins anew", file=sys.stderr)
        return 1
    print(json.dumps(truth, indent=2) if args.json else text(folder, truth))
    return 0


def text(folder: str, truth: Mapping[str, Any]) -> str:
    """Formats the truth file for people."""
    counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in truth["counts"].items())
    lines = [
        f"{folder}: {', '.join(truth['files'])}, {TRUTH_FILE}",
        f"It holds {counts}.",
    ]
    if not truth["achievable"]:
        return "\n".join([*lines, "Nothing was ranked, so the best achievable metrics are not known."])
    lines += [
        f"The last engagement on each surface, among {truth['negatives']} uniform negatives:",
        "",
        "| surface | ranked by | " + " | ".join(_METRICS) + " |",
        "| --- | --- |" + " --- |" * len(_METRICS),
    ]
    for surface, rankers in truth["achievable"].items():
        for ranker, estimates in rankers.items():
            cells = (f"{estimates[name]['mean']:.3f} ± {estimates[name]['standard_error']:.3f}" for name in _METRICS)
            lines.append(f"| {surface} | {ranker} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _overrides(args: argparse.Namespace) -> list[str]:
    """Translates the options into overrides. Those of `--set` are applied after them."""
    settings = {WORLD: args.world, **WORLDS[args.world]} if args.world else {}
    values = {f"generate.{name}": value for name, value in settings.items()}
    given = {"data.path": args.output, "generate.events": args.events, "generate.seed": args.seed}
    values |= {name: value for name, value in given.items() if value is not None}
    if args.transitions:
        strengths = dataclasses.asdict(STRENGTHS[args.transitions])
        values |= {f"generate.transitions.{name}": value for name, value in strengths.items()}
    return [f"{name}={json.dumps(value)}" for name, value in values.items()]
