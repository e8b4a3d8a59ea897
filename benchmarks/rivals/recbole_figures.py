"""SASRec and BERT4Rec of RecBole beside a finished run: the same split, the same items, figures of the same kind.

RecBole lives in an environment of its own, because it needs versions of NumPy and others that exclude ours.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.rivals import recbole_baseline
from components.baselines.comparison_keys import EXAMPLES
from components.baselines.user_bootstrap import drawn_means, interval
from schemas import features
from schemas.rank_metrics import CATALOGUE_CUTOFFS, NOT_FOUND, rank_metrics

MODELS: Final = ("SASRec", "BERT4Rec")
_FOLDER: Final = "recbole"
_SEQUENCES: Final = "sequences.json"
_WHERE: Final = """
import importlib.util
found = importlib.util.find_spec("recbole")
print(found.submodule_search_locations[0] if found else "")
"""


class RecboleFailed(Exception):
    """A comparison with RecBole that failed. The message says why, or where the output is."""


@dataclass(frozen=True)
class Recbole:
    """An environment that has RecBole.

    Attributes:
        python: Its Python.
        package: The folder of the package.
        epochs: The most epochs of a training.
    """

    python: Path
    package: Path
    epochs: int

    @classmethod
    def of(cls, python: Path, epochs: int) -> "Recbole":
        """Looks for the package.

        Raises:
            SystemExit: There is no such program, or it has no RecBole.
        """
        found = shutil.which(python)
        if not found:
            raise SystemExit(f"--recbole: there is no program {python}.")
        # Links are not followed: that is how an environment knows itself.
        python = Path(found).absolute()
        done = subprocess.run([str(python), "-c", _WHERE], capture_output=True, text=True, check=False)
        if not done.stdout.strip():
            raise SystemExit(f"--recbole: {python} has no package recbole; benchmarks/README.md says how to get it.")
        return cls(python, Path(done.stdout.strip()), epochs)


def train_missing(folder: Path, root: Path, recbole: Recbole, baseline_examples: int, exclude_seen: bool) -> None:
    """Trains the models that a data set's folder has no result of.

    Args:
        folder: The data set's folder. What is made goes into its folder `recbole`.
        root: The run's folder, with examples below `artifacts`.
        recbole: Where RecBole is.
        baseline_examples: `evaluation.baseline_examples` of the run.
        exclude_seen: `evaluation.exclude_seen` of the run.

    Raises:
        RecboleFailed: A training failed.
    """
    at = folder / _FOLDER
    missing = [model for model in MODELS if not (at / f"{model}.json").exists()]
    if not missing:
        return
    at.mkdir(exist_ok=True)
    if not (at / _SEQUENCES).exists():
        from benchmarks.rivals import run_sequences  # TensorFlow takes seconds.

        run_sequences.write_sequences(root, at / _SEQUENCES, baseline_examples, exclude_seen)
    for model in missing:
        command = [str(recbole.python), "-W", "ignore", str(Path(recbole_baseline.__file__).resolve())]
        options = ["--model", model, "--sequences", _SEQUENCES, "--output", f"{model}.json"]
        with (at / f"{model}.log").open("w", encoding="utf-8") as log:
            done = subprocess.run(
                [*command, *options, "--epochs", str(recbole.epochs)], cwd=at, stdout=log, stderr=log, check=False
            )
        if done.returncode:
            said = f"{folder.name}/{_FOLDER}/{model}.log"
            raise RecboleFailed(f"{model} ended with {done.returncode}, {said} has what it said")


def read_figures(folder: Path, compared: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The figures of the models that have been trained.

    Args:
        folder: The data set's folder.
        compared: By surface, what `components.baselines` found among all items.

    Returns:
        By model, `surfaces`: by surface and metric, the mean over users and the two ends of its 95 % interval, as of
        rules; and what `recbole_baseline` tells of the training. Empty if none was trained.

    Raises:
        RecboleFailed: Other examples were ranked than the run compared.
    """
    at = folder / _FOLDER
    trained = {model: at / f"{model}.json" for model in MODELS if (at / f"{model}.json").exists()}
    if not trained:
        return {}
    asked = json.loads((at / _SEQUENCES).read_text(encoding="utf-8"))
    users = np.array([user for user, _, _ in asked[features.TEST_SPLIT]])
    surfaces = np.array(asked[recbole_baseline.SURFACES])
    counts = {str(surface): int((surfaces == surface).sum()) for surface in np.unique(surfaces)}
    for surface, among in compared.items():
        if counts.get(surface, 0) != among[EXAMPLES]:
            raise RecboleFailed(
                f"RecBole ranked {counts.get(surface, 0)} examples of {surface} and the run {among[EXAMPLES]}, so "
                "begin it with --again"
            )
    found = {}
    for model, path in trained.items():
        told = json.loads(path.read_text(encoding="utf-8"))
        ranks = np.array(told.pop("ranks"))
        found[model] = told | {
            "surfaces": {
                surface: _figures(ranks[surfaces == surface], users[surfaces == surface]) for surface in counts
            }
        }
    return found


def _figures(ranks: np.ndarray, users: np.ndarray) -> dict[str, list[float]]:
    """Each metric's mean over users, each with the mean of their examples, and its interval."""
    metrics = rank_metrics(CATALOGUE_CUTOFFS)
    gains = np.stack([np.where(ranks == NOT_FOUND, 0.0, each.gain(np.maximum(ranks, 1), np)) for each in metrics], 1)
    _, numbers = np.unique(users, return_inverse=True)
    sums = np.stack([np.bincount(numbers, column) for column in gains.T], axis=1)
    values = sums / np.bincount(numbers)[:, np.newaxis]
    drawn = drawn_means(values)
    return {
        metric.name: [float(values[:, column].mean()), *interval(drawn[:, column])]
        for column, metric in enumerate(metrics)
    }
