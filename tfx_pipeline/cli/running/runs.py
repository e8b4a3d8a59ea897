"""List the past runs of a pipeline, show one, compare two, and remove those that are no longer needed.

tandem runs                          # all runs of the configuration's root
tandem runs --root runs              # of all pipelines below a folder
tandem runs show 3                   # components, and what the pushed version was made of
tandem runs compare 2 3              # configurations and metrics side by side
tandem runs remove 1 2 --dry_run     # only what nothing else uses; never what is served or newest in the cache
tandem runs clean --dry_run --set retention.versions=5 --set retention.runs=7
                                     # older versions and artifacts, as each run does at its end by `retention`
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import METADATA_FILE
from tfx_pipeline.console.exit_code import ExitCode
from tfx_pipeline.runners import root_lock

if TYPE_CHECKING:
    from tfx_pipeline.past_runs.run_store import Run, RunStore
    from tfx_pipeline.past_runs.run_summary import RunSummary

_NUMBERS = {"list": (0, 0), "show": (1, 1), "compare": (2, 2), "remove": (1, None), "clean": (0, 0)}
"""Maps an action to the number of runs that it takes, at least and at most."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("action", nargs="?", choices=tuple(_NUMBERS), default="list", help="what to do (%(default)s)")
    parser.add_argument("runs", nargs="*", metavar="RUN", help="number of a run, as `tandem runs` lists it")
    config_arguments.add(parser)
    parser.add_argument(
        "--root",
        default="",
        metavar="FOLDER",
        help="root of a pipeline, or a folder of several roots (that of --config)",
    )
    parser.add_argument("--dry_run", action="store_true", help="remove, clean: only say what would be removed")
    parser.add_argument("--yes", action="store_true", help="remove, clean: do not ask")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Does what was asked for; 1 if there are no runs, or a run cannot be removed."""
    least, most = _NUMBERS[args.action]
    if len(args.runs) < least or (most is not None and len(args.runs) > most):
        wanted = {(0, 0): "no run", (1, 1): "one run", (2, 2): "two runs", (1, None): "one run or more"}[least, most]
        raise ConfigError(f"runs {args.action} takes {wanted}, by number; `tandem runs` lists them.")
    if args.action == "clean":
        return _clean(args)
    roots = _roots(args)
    if not roots:
        print(f"tandem runs: there are no runs yet in {_folder(args)}; `tandem run` makes them.", file=sys.stderr)
        return ExitCode.FAILED
    if args.action == "list":
        return _list(roots, args.json)
    if len(roots) > 1:
        raise ConfigError(f"--root {args.root} holds several pipelines. Give one: {', '.join(roots)}.")
    if args.action == "remove":
        with root_lock.held(roots[0], "tandem runs remove"):
            return _remove(roots[0], args)
    return {"show": _show, "compare": _compare}[args.action](roots[0], args)


def _folder(args: argparse.Namespace) -> str:
    return args.root or config_arguments.load(args).run_root


def _roots(args: argparse.Namespace) -> list[str]:
    """The folder itself if it is the root of a pipeline, else the roots in it."""
    folder = _folder(args)
    inner = sorted(entry.path for entry in os.scandir(folder) if entry.is_dir()) if os.path.isdir(folder) else []
    candidates = [folder] if args.root == "" or _is_root(folder) else inner
    return [each for each in candidates if _is_root(each)]


def _is_root(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, METADATA_FILE))


def _list(roots: Sequence[str], as_json: bool) -> int:
    from tfx_pipeline.result_texts import runs_text

    summaries = {root: _summaries(_open(root)) for root in roots}
    if as_json:
        print(json.dumps([runs_text.as_json(root, each) for root, of in summaries.items() for each in of], indent=2))
    else:
        titles = [f"{root}\n" if len(roots) > 1 else "" for root in roots]
        tables = [runs_text.list_text(of) for of in summaries.values()]
        print("\n\n".join(title + table for title, table in zip(titles, tables, strict=True)))
    return ExitCode.OK


def _show(root: str, args: argparse.Namespace) -> int:
    from tfx_pipeline.result_texts import runs_text

    store = _open(root)
    (chosen,) = _chosen(store, args.runs)
    (summary,) = _summaries(store, [chosen])
    if args.json:
        details = runs_text.details(store, chosen)
        print(json.dumps({**runs_text.as_json(root, summary), **details}, indent=2))
    else:
        print(runs_text.show_text(store, summary))
    return ExitCode.OK


def _compare(root: str, args: argparse.Namespace) -> int:
    from tfx_pipeline.result_texts import runs_text

    store = _open(root)
    one, other = _summaries(store, _chosen(store, args.runs))
    if args.json:
        print(json.dumps(runs_text.comparison(one, other), indent=2))
    else:
        print(runs_text.compare_text(one, other))
    return ExitCode.OK


def _remove(root: str, args: argparse.Namespace) -> int:
    from tfx_pipeline.past_runs import run_removal
    from tfx_pipeline.past_runs.run_summary import RUNNING
    from tfx_pipeline.result_texts import runs_text

    store = _open(root, writable=True)
    running = [str(each.run.number) for each in _summaries(store) if each.outcome == RUNNING]
    if running:
        print(f"tandem runs: run {', '.join(running)} is under way. Remove runs once it has ended.", file=sys.stderr)
        return ExitCode.FAILED
    try:
        removal = run_removal.plan(store, _chosen(store, args.runs))
    except run_removal.RemovalRefused as error:
        print(f"tandem runs: {error}", file=sys.stderr)
        return ExitCode.FAILED
    if _may_remove(args, runs_text.removal_text(removal), runs_text.removal_json(removal)):
        run_removal.remove(store, removal)
        _say_removed(args, runs_text.removal_text(removal), runs_text.removal_json(removal))
    return ExitCode.OK


def _clean(args: argparse.Namespace) -> int:
    from tfx_pipeline.past_runs import retention
    from tfx_pipeline.result_texts import runs_text

    if args.root:
        raise ConfigError("runs clean goes by a configuration, which names the folders of versions: give --config.")
    config = config_arguments.load(args)
    if config.retention.keeps_everything:
        raise ConfigError(
            "the configuration keeps everything. Set `retention.versions` and `retention.runs`, or give them: "
            "--set retention.versions=5 --set retention.runs=7."
        )
    with root_lock.held(config.run_root, "tandem runs clean"):
        store = _open(config.run_root, writable=True) if _is_root(config.run_root) else None
        outdated = retention.plan(config, store)
        if outdated.is_nothing:
            told = [*retention.told_of(outdated, "To remove:"), "There is nothing to remove."]
            print(json.dumps(runs_text.outdated_json(outdated), indent=2) if args.json else "\n".join(told))
            if not args.dry_run:
                retention.remove(store, outdated)  # An interrupted removal may have left something.
            return ExitCode.OK
        texts = ["\n".join(retention.told_of(outdated, verb)) for verb in ("To remove:", "Removed")]
        if _may_remove(args, texts[0], runs_text.outdated_json(outdated)):
            retention.remove(store, outdated)
            _say_removed(args, texts[1], runs_text.outdated_json(outdated))
    return ExitCode.OK


def _may_remove(args: argparse.Namespace, text: str, as_json: Mapping[str, Any]) -> bool:
    """Whether to remove what a text tells of: with --yes, or if a person says so. With --dry_run it is only printed."""
    if args.dry_run:
        print(json.dumps(as_json, indent=2) if args.json else text)
        return False
    if args.yes:
        return True
    if not sys.stdin.isatty():
        raise ConfigError(
            f"runs {args.action} asks before it removes; where nobody can answer give --yes, or --dry_run."
        )
    print(text)
    if input("Remove them? [y/N] ").strip().lower() in ("y", "yes"):
        return True
    print("Nothing is removed.")
    return False


def _say_removed(args: argparse.Namespace, text: str, as_json: Mapping[str, Any]) -> None:
    if args.json:
        print(json.dumps(as_json, indent=2))
    else:
        print(text if args.yes else "Removed.")


def _open(root: str, writable: bool = False) -> "RunStore":
    from tfx_pipeline.past_runs.run_store import RunStore

    return RunStore(root, writable)


def _summaries(store: "RunStore", runs: "Sequence[Run] | None" = None) -> "list[RunSummary]":
    from tfx_pipeline.past_runs.run_record import read_records
    from tfx_pipeline.past_runs.run_summary import summarize

    records = read_records(store.root)
    listed = [each for each in store.runs if not each.is_removed] if runs is None else runs
    return [summarize(store, each, records) for each in listed]


def _chosen(store: "RunStore", numbers: Sequence[str]) -> "list[Run]":
    by_number = {str(each.number): each for each in store.runs if not each.is_removed}
    unknown = [number for number in numbers if number not in by_number]
    if unknown:
        raise ConfigError(f"there is no run {', '.join(unknown)} in {store.root}. There are: {', '.join(by_number)}.")
    return [by_number[number] for number in dict.fromkeys(numbers)]
