"""Measures how well a pushed model ranks for queries as typed, and with two neighbouring letters swapped.

Each argument is the `root` folder of a finished run. Its newest pushed model ranks its test examples of search, once as
they are, once with two letters of each query swapped. So runs that differ in `transform.tokenizer` can be compared.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401  # Loaded models have operations of it.

from benchmarks.figures.printed_report import Report, show
from schemas import features, signatures
from schemas.canonical_event import Surface

_CUT_OFF = 5
_BATCH = 64
_LEAST_LETTERS = 4
_SEED = 7


def swapped(query: str, random_numbers: random.Random) -> str:
    """Swaps two neighbouring, different letters of a query's word of at least four letters, but not its first letter.

    A query without such a word stays as it is.
    """
    places = []
    for place in range(1, len(query) - 1):
        word = query[query.rfind(" ", 0, place) + 1 :].split(" ")[0]
        within = query[place - 1].isalpha() and query[place].isalpha() and query[place + 1].isalpha()
        if within and len(word) >= _LEAST_LETTERS and query[place] != query[place + 1]:
            places.append(place)
    if not places:
        return query
    place = random_numbers.choice(places)
    return query[:place] + query[place + 1] + query[place] + query[place + 2 :]


def measure(root: Path) -> dict[str, object]:
    """Ranks the test examples of search of a run both ways.

    Args:
        root: The run's folder, with a pushed model below `pushed` and examples below `artifacts`.

    Returns:
        The number of examples, the share whose query was changed, and the mean NDCG@5 of both ways.
    """
    versions = sorted((path for path in (root / "pushed").glob("*/*") if path.name.isdecimal()), key=lambda at: at.name)
    if not versions:
        raise SystemExit(f"{root}: no model was pushed. Give the `root` of a run that ended with a pushed model.")
    model = tf.saved_model.load(str(versions[-1]))
    score = model.signatures[signatures.SERVING_DEFAULT]
    numbers = random.Random(_SEED)
    typed, misspelt = list(_searches(root)), []
    for example in typed:
        changed = tf.train.Example.FromString(example.SerializeToString())
        (query,) = changed.features.feature[features.QUERY].bytes_list.value
        changed.features.feature[features.QUERY].bytes_list.value[:] = [swapped(query.decode(), numbers).encode()]
        misspelt.append(changed)
    differ = [one != other for one, other in zip(typed, misspelt, strict=True)]
    return {
        "run": root.name,
        "searches": len(typed),
        "changed": float(np.mean(differ)),
        f"ndcg@{_CUT_OFF} as typed": _ndcg(score, typed),
        f"ndcg@{_CUT_OFF} misspelt": _ndcg(score, misspelt),
    }


def _searches(root: Path) -> Iterator[tf.train.Example]:
    folders = sorted((root / "artifacts" / "BehaviourExampleGen" / "examples").glob("*"), key=lambda at: int(at.name))
    files = [str(path) for path in sorted(folders[-1].glob(f"Split-{features.TEST_SPLIT}/*.gz"))]
    for record in tf.data.TFRecordDataset(files, compression_type="GZIP"):
        example = tf.train.Example.FromString(record.numpy())
        if example.features.feature[features.SURFACE].bytes_list.value[0].decode() == Surface.SEARCH.value:
            yield example


def _ndcg(score, examples: Sequence[tf.train.Example]) -> float:
    """The mean of 1 / log2(1 + rank) of the first candidate, the positive; 0 from the cut-off on."""
    gains: list[float] = []
    for start in range(0, len(examples), _BATCH):
        batch = tf.constant([example.SerializeToString() for example in examples[start : start + _BATCH]])
        scores = score(**{signatures.EXAMPLES: batch})[signatures.SCORES].numpy()
        ranks = 1 + np.sum(scores[:, 1:] >= scores[:, :1], axis=1)
        gains.extend(np.where(ranks <= _CUT_OFF, 1 / np.log2(1 + ranks), 0.0))
    return float(np.mean(gains))


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.misspelt_queries", description=__doc__.splitlines()[0])
    parser.add_argument("root", nargs="+", type=Path, help="folders of finished runs (their `root`)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    args = parser.parse_args(argv)
    report: Report = {"search": [measure(root) for root in args.root]}
    show(report, args.json)


if __name__ == "__main__":
    main()
