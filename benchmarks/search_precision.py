"""Asks pushed models queries that are made from titles, and prints how many of the first five items are right.

Each argument is the `root` folder of a finished run. Its newest pushed model is asked; a run's own report has the same
table. `--queries` prints each query that was not answered well, with the titles that came first.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures.printed_report import show
from components.judged_queries import judge
from schemas import features

_OF_EACH = 30


def measure(root: Path, of_each: int = _OF_EACH) -> dict[str, Any]:
    """Judges the newest pushed model of a run.

    Args:
        root: The run's folder, with a pushed model below `pushed` and examples below `artifacts`.
        of_each: How many queries of each kind are asked.

    Returns:
        What `judge.judge` returns.
    """
    versions = sorted((path for path in (root / "pushed").glob("*/*") if path.name.isdecimal()), key=lambda at: at.name)
    if not versions:
        raise SystemExit(f"{root}: no model was pushed. Give the `root` of a run that ended with a pushed model.")
    folders = sorted((root / "artifacts" / "BehaviourExampleGen" / "examples").glob("*"), key=lambda at: int(at.name))
    files = [str(path) for path in sorted(folders[-1].glob(f"Split-{features.CATALOG_SPLIT}/*.gz"))]
    return judge.judge(str(versions[-1]), judge.read_titles(files), of_each)


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search_precision", description=__doc__.splitlines()[0])
    parser.add_argument("root", nargs="+", type=Path, help="folders of finished runs (their `root`)")
    parser.add_argument("--of-each", type=int, default=_OF_EACH, help="queries of each kind (default: %(default)s)")
    parser.add_argument("--queries", action="store_true", help="print the queries that were not answered well, too")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    args = parser.parse_args(argv)
    report: dict[str, Any] = {}
    for root in args.root:
        found = measure(root, args.of_each)
        report[root.name] = [
            {"kind": kind, **figures} for kind, figures in {**found["kinds"], "all": found["all"]}.items()
        ]
        if args.queries:
            report[f"{root.name}, not answered well"] = [
                {"query": each["text"], "precision": each["precision"], "first": " | ".join(each["first"])}
                for each in found["queries"]
                if each["precision"] is not None and each["precision"] < 1
            ]
    show(report, args.json)


if __name__ == "__main__":
    main()
