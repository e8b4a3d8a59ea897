"""Measures how well the sessions that models find agree with the intents by which a made log was made.

The first argument is the truth.json that `tandem generate` wrote, the others are the `root` folders of runs or
experiments on that log, in the layout `events`. Each trained model that divides histories is asked to divide those of
the test examples, and so are windows of equal length, as many. What an event is about is the topic of its first item;
a true session is a stretch of events about one topic.

Agreement is the adjusted Rand index (Hubert and Arabie, 1985) of a history, over pairs of its events: 1 if the same
pairs are together, 0 on average by chance. An event belongs to the window that covers most of it, else to the nearest
one. Histories of one true session, and those of fewer than four events, tell nothing and are left out.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.figures.printed_report import show
from components.synthetic_log.generator_config import GeneratorConfig, Transitions
from components.synthetic_log.made_catalogue import Catalogue
from schemas import features
from schemas.canonical_event import Surface
from serving.client.answers import Session
from tfx_pipeline.past_runs.ranked_examples import AskedModel, ReadExample, read_example, read_records

_LEAST_EVENTS: Final = 4
_DEVIATIONS: Final = 1.96
"""Of the normal distribution, for an interval of 95 %."""


def adjusted_rand(one: np.ndarray, other: np.ndarray) -> float:
    """How well two divisions of the same things agree: 1 if they are equal, 0 on average by chance.

    Args:
        one: To which part each thing belongs. [things]
        other: The same by the other division. [things]

    Returns:
        The adjusted Rand index; 1 if both have one part alone, or each thing is a part in both.
    """
    pairs = np.triu_indices(len(one), 1)
    of_one, of_other = (np.equal.outer(each, each)[pairs] for each in (one, other))
    together = float((of_one & of_other).sum())
    expected = float(of_one.sum()) * float(of_other.sum()) / max(len(of_one), 1)
    most = (float(of_one.sum()) + float(of_other.sum())) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)


def stretches(topics: Sequence[int]) -> np.ndarray:
    """The number of each event's stretch of one topic, from 0. [events]"""
    return np.cumsum(np.diff(topics, prepend=topics[:1]) != 0)


def in_windows(sessions: Sequence[Session], events: int) -> np.ndarray:
    """The window that covers most of each event, or the nearest one if none does; the first of several. [events]"""
    shares = np.array([each.shares for each in sessions]).reshape(len(sessions), -1)[:, :events]
    middles = np.arange(events) + 0.5
    starts, ends = np.array([(each.start, each.end) for each in sessions]).T[:, :, np.newaxis]
    distances = np.maximum(np.maximum(starts - middles, middles - ends), 0)
    return np.where(shares.max(axis=0) > 0, shares.argmax(axis=0), distances.argmin(axis=0))


def covered(sessions: Sequence[Session], events: int) -> float:
    """The share of the history that lies in a window, from 0 to 1; where windows overlap, the larger share counts."""
    return float(np.array([each.shares for each in sessions]).max(axis=0)[:events].mean())


def in_equal_parts(parts: int, events: int) -> np.ndarray:
    """The same for windows of equal length that follow each other. [events]"""
    ends = np.linspace(0, events, parts + 1)
    begins = np.arange(events)[:, np.newaxis]
    shares = np.minimum(ends[1:], begins + 1) - np.maximum(ends[:-1], begins)
    return shares.argmax(axis=1)


def measure(truth: Path, root: Path) -> list[dict[str, Any]]:
    """Measures each model of a run or of an experiment.

    Args:
        truth: What `tandem generate` wrote beside the log.
        root: The folder, with models and examples below `artifacts`.

    Returns:
        A row for each model, surface and way to divide: the model's name in TensorBoard or its number, how many
        histories were compared, the share of them that windows cover, the mean agreement of the model's sessions and of
        equal parts, and the difference with its 95 % interval over users.
    """
    catalogue = Catalogue(_settings(truth))
    folders = sorted((root / "artifacts/BehaviourExampleGen/examples").glob("*"), key=lambda at: int(at.name))
    if not folders:
        raise SystemExit(f"{root}: no examples. Give the `root` of a run or an experiment that has begun to train.")
    files = sorted(map(str, folders[-1].glob(f"Split-{features.TEST_SPLIT}/*.gz")))
    examples = [read_example(record) for record in read_records(files)]
    rows = []
    for name, folder in _models(root):
        model = AskedModel(str(folder))
        for surface in Surface:
            asked = [each for each in examples if each.surface is surface]
            for way, measured in _agreements(model, catalogue, asked).items():
                rows.append({"model": name, "surface": surface.value, "by": way, **_told(measured)})
    if not rows:
        raise SystemExit(
            f"{root}: no model divides histories. Train UnifiedSSR with `unifiedssr.sessions` of 2 or more."
        )
    return rows


def _settings(truth: Path) -> GeneratorConfig:
    told = json.loads(truth.read_text(encoding="utf-8"))["settings"]
    told["transitions"] = Transitions(**told["transitions"])
    return GeneratorConfig(**{**told, "languages": tuple(told["languages"])})


def _models(root: Path) -> Iterator[tuple[str, Path]]:
    """All trained models with the names that TensorBoard shows them by."""
    names = {link.resolve().name: str(link.relative_to(root / "tensorboard")) for link in _links(root)}
    for folder in sorted((root / "artifacts").glob("*Trainer*/model/*/Format-Serving"), key=lambda at: at.parts[-2]):
        yield names.get(folder.parent.name, folder.parent.name), folder


def _links(root: Path) -> Iterator[Path]:
    return (path for path in sorted((root / "tensorboard").rglob("*")) if path.is_symlink() and path.is_dir())


def _agreements(
    model: AskedModel, catalogue: Catalogue, examples: Sequence[ReadExample]
) -> dict[str, list[tuple[float, float, float]]]:
    """By what histories are divided by: of each history both agreements, and the share that windows cover."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    for example in examples:
        divided = model.sessions(example)
        if divided is None:
            return {}
        tokens = [example.history[place] for place in divided.tokens]
        items = [int(token.items[0]) - 1 for token in tokens if token.items]
        if len(items) < max(_LEAST_EVENTS, len(tokens)):
            continue
        true = stretches(catalogue.topic(np.array(items)).tolist())
        if true[-1] == 0:
            continue
        for way, sessions in (("clicks", divided.by_clicks), ("queries", divided.by_queries)):
            if len(sessions) > 1:
                own = adjusted_rand(in_windows(sessions, len(items)), true)
                equal = adjusted_rand(in_equal_parts(len(sessions), len(items)), true)
                found.setdefault(way, []).append((own, equal, covered(sessions, len(items))))
    return found


def _told(measured: Sequence[tuple[float, float, float]]) -> dict[str, Any]:
    own, equal, in_a_window = np.array(measured).T
    error = float((own - equal).std(ddof=1)) / len(measured) ** 0.5 if len(measured) > 1 else float("nan")
    difference = float((own - equal).mean())
    return {
        "histories": len(measured),
        "covered": float(in_a_window.mean()),
        "agreement": float(own.mean()),
        "of equal parts": float(equal.mean()),
        "difference": difference,
        "from": difference - _DEVIATIONS * error,
        "to": difference + _DEVIATIONS * error,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.session_coherence", description=__doc__.splitlines()[0])
    parser.add_argument("truth", type=Path, help="truth.json, beside the made log")
    parser.add_argument("root", nargs="+", type=Path, help="folders of runs or experiments on that log (their `root`)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    args = parser.parse_args(argv)
    show({root.name: measure(args.truth, root) for root in args.root}, args.json)


if __name__ == "__main__":
    main()
