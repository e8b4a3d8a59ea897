"""Runs many kinds of data through the whole pipeline, with the configuration that `tandem init` writes, and no other.

Each data set has a folder and processes of its own. What is finished is not run again, and what was interrupted goes on
where it stopped. At the end there is one table: the model against the best simple rule, on the candidates and among all
items, and the best that can be reached where the log is made up.

    python -m benchmarks.quality --list
    python -m benchmarks.quality --only cold,travel
    python -m benchmarks.quality --shared ../shared --into docs/quality.md
    python -m benchmarks.quality --only movielens_100k --recbole PYTHON
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.data_sets.known_sets import DATA_SETS, DataSet, Places
from benchmarks.figures.quality_table import as_markdown, rows
from benchmarks.rivals.recbole_figures import Recbole, RecboleFailed, read_figures, train_missing

RESULT: Final = "result.json"
_REPORT: Final = "report.json"
_SECONDS: Final = "seconds.txt"
_BEGIN: Final = "<!-- The table of benchmarks.quality begins. -->"
_END: Final = "<!-- The table of benchmarks.quality ends. -->"
_NOT_PUSHED: Final = 3
_REPOSITORY: Final = Path(__file__).resolve().parents[1]


class RunFailed(Exception):
    """A data set whose pipeline failed. The message says where its output is."""


def run_set(data_set: DataSet, folder: Path, places: Places, sasrec: bool = False) -> dict[str, Any]:
    """Runs a data set, or goes on with it, and returns its result, which is written as `result.json`.

    Args:
        data_set: The data set.
        folder: Its folder.
        places: Where data are that do not come along.
        sasrec: Whether a SASRec is trained and compared with, too.

    Returns:
        What `quality_table.rows` takes; `seconds` and `cpu_seconds` count all calls that worked on it.

    Raises:
        RunFailed: `tandem init` or `tandem run` failed.
    """
    if (folder / RESULT).exists():
        return json.loads((folder / RESULT).read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    configuration = f"{data_set.name}.yaml"
    if not (folder / configuration).exists():
        arguments = data_set.init(folder, data_set.files(places))
        _tandem(folder, "init.txt", "init", *arguments, "--output", configuration)
    begin, cpu_begin = time.monotonic(), _cpu_seconds()
    try:
        further = ["--set=evaluation.sasrec=true"] if sasrec else []
        _tandem(folder, _REPORT, "run", "--config", configuration, "--json", *further, good=(0, _NOT_PUSHED))
    finally:  # An interrupted attempt counts, too.
        with (folder / _SECONDS).open("a", encoding="utf-8") as stream:
            stream.write(f"{time.monotonic() - begin:.0f} {_cpu_seconds() - cpu_begin:.0f}\n")
    result = _result(data_set, folder)
    aside = folder / f"{RESULT}.part"
    aside.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    aside.replace(folder / RESULT)
    return result


def _result(data_set: DataSet, folder: Path) -> dict[str, Any]:
    """What a run that has ended left in its folder."""
    report = json.loads((folder / _REPORT).read_text(encoding="utf-8"))
    (model,) = report["models"].values()
    attempts = [line.split() for line in (folder / _SECONDS).read_text(encoding="utf-8").splitlines()]
    result = {
        "name": data_set.name,
        "told": data_set.told,
        "outcome": model["outcome"],
        "rules": model["rules"],
        "by_vectors": model["by_vectors"],
        "seconds": sum(float(wall) for wall, _ in attempts),
        "cpu_seconds": sum(float(cpu) for _, cpu in attempts),
    }
    if data_set.world:
        from benchmarks.data_sets.world_truth import achievable  # TensorFlow takes seconds.

        result["achievable"] = achievable(folder / "runs" / data_set.name, data_set.world)
    return result


def with_recbole(result: Mapping[str, Any], data_set: DataSet, folder: Path, recbole: Recbole | None) -> dict[str, Any]:
    """Adds the figures of RecBole's models, those trained before or now, to a result.

    Args:
        result: What `run_set` returned.
        data_set: The data set.
        folder: Its folder.
        recbole: Where RecBole is, to train those that have not been trained; None trains none.

    Returns:
        The result with `recbole`, what `recbole_figures.read_figures` returns.

    Raises:
        RecboleFailed: A training failed, or it ranked other examples than the run.
    """
    if recbole:
        from tfx_pipeline.config.pipeline_config import load_config

        settings = load_config(str(folder / f"{data_set.name}.yaml")).evaluation
        root = folder / "runs" / data_set.name
        train_missing(folder, root, recbole, settings.baseline_examples, settings.exclude_seen)
    return {**result, "recbole": read_figures(folder, result["rules"]["catalogue"])}


def into_document(path: Path, table: str) -> None:
    """Replaces what stands between the two marks of a document.

    Raises:
        SystemExit: The document lacks them.
    """
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise SystemExit(f"{path}: lacks the lines {_BEGIN} and {_END}, between which the table goes.")
    path.write_text(f"{before}{_BEGIN}\n\n{table}\n{_END}{after}", encoding="utf-8")


def _tandem(folder: Path, output: str, *arguments: str, good: Sequence[int] = (0,)) -> None:
    """Calls the command in a folder, with its output in a file and its messages in another."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_REPOSITORY), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-W", "ignore", "-m", "tfx_pipeline.cli.main", *arguments]
    messages = folder / f"{arguments[0]}.log"
    with messages.open("a", encoding="utf-8") as log, (folder / output).open("w", encoding="utf-8") as answer:
        done = subprocess.run(command, cwd=folder, env=environment, stdout=answer, stderr=log, check=False)
    if done.returncode not in good:
        said = f"{folder.name}/{messages.name}"
        raise RunFailed(f"`tandem {arguments[0]}` ended with {done.returncode}, {said} has what it said")


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _listed(places: Places) -> str:
    width = max(map(len, DATA_SETS))
    lines = []
    for name, data_set in DATA_SETS.items():
        missing = data_set.missing(places)
        lines.append(f"{name.ljust(width)}  {data_set.told}{f' (not here: {missing})' if missing else ''}")
    return "\n".join(lines)


def _chosen(only: str) -> list[DataSet]:
    names = [name.strip() for name in only.split(",") if name.strip()] or list(DATA_SETS)
    unknown = [name for name in names if name not in DATA_SETS]
    if unknown:
        raise SystemExit(f"--only: there is no {', '.join(unknown)}. Known: {', '.join(DATA_SETS)}.")
    return [DATA_SETS[name] for name in names]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs, writes and prints; 1 if a data set failed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--list", action="store_true", help="name the data sets and say which are not here")
    parser.add_argument("--only", default="", metavar="NAME,NAME", help="run these; otherwise all that are here")
    parser.add_argument("--shared", type=Path, metavar="DIR", help="the folder of data that do not come along")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/quality"), metavar="DIR", help="where all goes (%(default)s)"
    )
    parser.add_argument("--into", type=Path, metavar="FILE.md", help="put the table into this document, too")
    parser.add_argument("--sasrec", action="store_true", help="compare what is run with a SASRec of its own, too")
    parser.add_argument(
        "--recbole",
        type=Path,
        metavar="PYTHON",
        help="compare with SASRec and BERT4Rec of the RecBole of this environment, too",
    )
    parser.add_argument(
        "--recbole-epochs", type=int, default=300, metavar="N", help="the most epochs of these (%(default)s)"
    )
    parser.add_argument("--again", action="store_true", help="begin the chosen data sets anew")
    args = parser.parse_args(argv)
    recbole = Recbole.of(args.recbole, args.recbole_epochs) if args.recbole else None
    places = Places(args.shared.absolute() if args.shared else None, recbole.package if recbole else None)
    if args.list:
        print(_listed(places))
        return 0
    results: list[Mapping[str, Any]] = []
    left_out: dict[str, str] = {}
    failed = False
    for data_set in _chosen(args.only):
        folder = args.out.absolute() / data_set.name
        missing = data_set.missing(places)
        if missing:
            left_out[data_set.name] = missing
            print(f"{data_set.name}: skipped, {missing}", file=sys.stderr)
            continue
        if args.again:
            shutil.rmtree(folder, ignore_errors=True)
        print(f"{data_set.name}: {data_set.told}", file=sys.stderr, flush=True)
        try:
            result = run_set(data_set, folder, places, args.sasrec)
            results.append(with_recbole(result, data_set, folder, recbole))
        except RecboleFailed as error:
            failed = True
            results.append(result)
            left_out[f"{data_set.name}, RecBole"] = str(error)
            print(f"{data_set.name}: {error}", file=sys.stderr)
        except RunFailed as error:
            failed = True
            left_out[data_set.name] = str(error)
            print(f"{data_set.name}: failed, {error}", file=sys.stderr)
    found = [row for result in results for row in rows(result)]
    table = as_markdown(found, left_out)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "quality.json").write_text(
        json.dumps({"rows": found, "left_out": left_out}, indent=2) + "\n", encoding="utf-8"
    )
    (args.out / "quality.md").write_text(table, encoding="utf-8")
    if args.into:
        into_document(args.into, table)
    print(table)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
