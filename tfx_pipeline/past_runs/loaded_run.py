"""Opens a run for analysis: its metrics, curves, examples, histories, scores, items and vectors as pandas tables.

docs/analysis.md has worked examples. `pyarrow.Table.from_pandas` makes Arrow of any of these tables.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfx_pipeline.past_runs.finished_run import FinishedRun, finished_runs
from tfx_pipeline.past_runs.learning_curves import read_curves

if TYPE_CHECKING:
    from tfx_pipeline.past_runs.ranked_examples import AskedModel, ReadExample

_AT_ONCE: Final = 1_000
_NO_ENDS: Final = (float("nan"), float("nan"))
_SCOPES: Final = {"candidates": "candidates", "catalogue": "all items"}


class NothingLeft(ValueError):
    """A run did not leave, or no longer has, what was asked for. The message says what."""


def load(root: str, number: int | None = None) -> "LoadedRun":
    """Opens a run.

    Args:
        root: The root of a pipeline, such as `runs/online_retail`.
        number: As `tandem runs` lists it; None is the newest that has finished.

    Raises:
        NothingLeft: There is no metadata store in the root.
        UnknownRun: There is no such run.
        NotFinished: The run has not finished.
    """
    from tfx_pipeline.config.pipeline_config import METADATA_FILE

    if not Path(root, METADATA_FILE).is_file():
        raise NothingLeft(f"there are no runs in {root}; give the root of a pipeline, such as runs/online_retail.")
    (run,) = finished_runs(root, [] if number is None else [str(number)])
    return LoadedRun(run)


class LoadedRun:
    """A run that has finished, opened for analysis. Nothing is read before it is asked for.

    Attributes:
        run: The run: its number, report, configuration and artifacts.

    Args:
        run: The run.
    """

    def __init__(self, run: FinishedRun):
        self.run = run

    def metrics(self) -> pd.DataFrame:
        """All metrics of the report.

        Returns:
            Columns `model`, `surface`, `among` (`candidates`, `all items`, or `served lists`), `ranker` (`model`,
            `baseline`, `popularity`, `by vectors`, or the name of a rule), `over` (`examples`, `users`: the mean over
            users of each user's mean, `lists`, `pairs` of a candidate and its score, or `places`: over examples by the
            place at which their item was shown, as if users saw all alike), `metric`, `value`, and `low` and `high`,
            the ends of the 95 % interval, NaN without one.
        """
        rows = [row for name, model in self.run.report["models"].items() for row in _metrics(name, model)]
        columns = ["model", "surface", "among", "ranker", "over", "metric", "value", "low", "high"]
        return pd.DataFrame(rows, columns=columns)

    def slices(self) -> pd.DataFrame:
        """The metric that decides on parts of the held-out examples, among the candidates.

        Returns:
            A row for each slice. Columns `model`, `surface`, `by` (the way to cut), `part`, `examples`, `users`, and
            for slices with at least ten users `value`, `low` and `high` (the model's mean over users and the ends of
            its 95 % interval), `rule` (that of the surface's best rule), `ahead`, `ahead_low` and `ahead_high` (model
            minus rule). Empty if the run measured none.
        """
        rows = [row for name, model in self.run.report["models"].items() for row in _slices(name, model)]
        columns = ["model", "surface", "by", "part", "examples", "users", "value", "low", "high", "rule"]
        return pd.DataFrame(rows, columns=[*columns, "ahead", "ahead_low", "ahead_high"])

    def places(self) -> pd.DataFrame:
        """At which places items were shown in training, and how much of each users see.

        Returns:
            A row for each place. Columns `model`, `surface`, `place` (from 1), `shown` and `engaged` (how often),
            `rate` (engaged by shown), `examination` and its standard `error`, NaN where nothing can be told. Empty if
            the log does not tell places.
        """
        rows = [row for name, model in self.run.report["models"].items() for row in _places(name, model)]
        columns = ["model", "surface", "place", "shown", "engaged", "rate", "examination", "error"]
        return pd.DataFrame(rows, columns=columns).astype({"examination": float, "error": float})

    def curves(self) -> pd.DataFrame:
        """The numbers of all trainings, epoch by epoch: columns `training`, `split`, `name`, `epoch`, `value`.

        Raises:
            NothingLeft: The logs of all trainings are gone.
        """
        folders = self.run.folders("Trainer", "model_run")
        if not folders:
            raise NothingLeft(f"run {self.run.number} has no logs of its trainings any more.")
        rows = [
            (training, split, name, int(epoch), value)
            for training, folder in folders.items()
            for split, series in zip(("train", "validation"), _both(folder), strict=True)
            for name, points in series.items()
            for epoch, value in points
        ]
        return pd.DataFrame(rows, columns=["training", "split", "name", "epoch", "value"])

    def items(self) -> pd.DataFrame:
        """The catalogue: columns `item`, `title`, `categories` (broad to narrow) and `engagements` in the whole log.

        Raises:
            NothingLeft: The catalogue is gone.
        """
        from components.item_catalog.table import read_table  # Imports Beam.

        folder = self.run.folder("ItemCatalog", "catalog")
        if folder is None:
            raise NothingLeft(f"run {self.run.number} has no catalogue any more.")
        rows = [
            (row.item.item_id, row.item.title, row.item.categories, row.engagements) for row in read_table(str(folder))
        ]
        return pd.DataFrame(rows, columns=["item", "title", "categories", "engagements"])

    def examples(self, split: str = "test") -> pd.DataFrame:
        """The examples of a split; imports TensorFlow, as all that follow do.

        Returns:
            A row for each; the index `example` counts from 0, and is the same in `history` and `scores`. Columns
            `user`, `surface`, `query`, `time` (UTC), `wanted` (the item; empty if there is none), `candidates` (a tuple
            of items) and `events` (how many the history has).

        Raises:
            NothingLeft: The run has no such split any more.
        """
        rows = [
            (each.user, each.surface.value, each.query, each.timestamp_ms, each.wanted, each.candidates)
            + (len(each.history),)
            for each in self._read(split)
        ]
        columns = ["user", "surface", "query", "time", "wanted", "candidates", "events"]
        found = pd.DataFrame(rows, columns=columns).rename_axis("example")
        return found.assign(time=pd.to_datetime(found["time"].astype("int64"), unit="ms", utc=True))

    def history(self, split: str = "test") -> pd.DataFrame:
        """The histories of a split's examples.

        Returns:
            A row for each item of an event; for a search without a click one with an empty item. Columns `example`,
            `place` (of the event, from 0, oldest first), `surface`, `query` and `item`.

        Raises:
            NothingLeft: The run has no such split any more.
        """
        rows = [
            (example, place, token.surface.value, token.query, item)
            for example, each in enumerate(self._read(split))
            for place, token in enumerate(each.history)
            for item in token.items or ("",)
        ]
        return pd.DataFrame(rows, columns=["example", "place", "surface", "query", "item"])

    def scores(self, split: str = "test", model: str = "") -> pd.DataFrame:
        """What a model of the run says of each candidate of a split's examples.

        Args:
            split: The split.
            model: The name of the served model; it may be empty if there is only one.

        Returns:
            A row for each candidate of an example with a wanted item, the best first; of those on a surface that the
            model serves. Columns `example`, `place` (from 1), `item`, `score`, `is_wanted`. Of equal scores the wanted
            item stands last, as the metrics count.

        Raises:
            NothingLeft: The run has no such split or model any more.
        """
        asked, rows = self._asked(model), []
        served = self.run.surfaces(model or next(iter(self.run.models())))
        read = list(enumerate(self._read(split)))
        for start in range(0, len(read), _AT_ONCE):
            ranked = [each for each in read[start : start + _AT_ONCE] if each[1].wanted and each[1].surface in served]
            answers = asked.ranked([each.record for _, each in ranked])
            for (example, _), answer in zip(ranked, answers, strict=True):
                for place, (item, score) in enumerate(zip(answer.items, answer.scores, strict=True), start=1):
                    rows.append((example, place, item, score, item == answer.wanted))
        return pd.DataFrame(rows, columns=["example", "place", "item", "score", "is_wanted"])

    def embeddings(self, items: Sequence[str] = (), model: str = "") -> pd.DataFrame:
        """The model's vectors of items.

        Args:
            items: Ids; without any those of the whole catalogue.
            model: As for `scores`.

        Returns:
            float32 [items, dim], with the item as the index. Items that the model does not know are left out.

        Raises:
            NothingLeft: The model is gone, or has no vectors of items.
        """
        wanted = list(items) or list(self.items()["item"])
        found = self._asked(model).embeddings(wanted)
        if found is None:
            raise NothingLeft(f"the model of run {self.run.number} has no vectors of items; one that retrieves has.")
        vectors, is_known = found
        kept = [item for item, known in zip(wanted, is_known, strict=True) if known]
        return pd.DataFrame(vectors[is_known], index=pd.Index(kept, name="item"))

    def _read(self, split: str) -> "Iterator[ReadExample]":
        from tfx_pipeline.past_runs.ranked_examples import read_example, read_records  # Imports TensorFlow.

        files = self.run.example_files(split)
        if not files:
            raise NothingLeft(f"run {self.run.number} has no examples of the split {split!r} any more, or never had.")
        return map(read_example, read_records(files))

    def _asked(self, name: str) -> "AskedModel":
        found = self.run.models()
        if name not in found and (name or len(found) != 1):
            known = ", ".join(found) or "none any more"
            raise NothingLeft(f"name one of the models of run {self.run.number}: {known}. Received: {name!r}.")
        return _loaded(str(found[name] if name in found else next(iter(found.values()))))


@functools.lru_cache(maxsize=2)
def _loaded(folder: str) -> "AskedModel":
    """A model, kept, because loading one takes many seconds."""
    from tfx_pipeline.past_runs.ranked_examples import AskedModel  # Imports TensorFlow.

    return AskedModel(folder)


def _metrics(name: str, model: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    found = [("candidates", ranker, metrics) for ranker, metrics in model["metrics"].items()]
    found += [
        ("all items", "model", model["whole_catalogue"]),
        ("all items", "by vectors", model.get("by_vectors", {})),
    ]
    compared = model.get("rules") or {}
    ends = {
        (surface, metric): (low, high)
        for surface, figures in compared.get("candidates", {}).items()
        for metric, (_, low, high) in figures.get("over_examples", {}).items()
    }
    for among, ranker, by_surface in found:
        for surface, values in by_surface.items():
            for metric, value in values.items():
                is_measured = (among, ranker) == ("candidates", "model")
                low, high = ends.get((surface, metric), _NO_ENDS) if is_measured else _NO_ENDS
                yield name, surface, among, ranker, "examples", metric, value, low, high
    for surface, figures in compared.get("candidates", {}).items():
        for metric, value in figures.get("scores", {}).items():
            if metric != "bins":
                yield name, surface, "candidates", "model", "pairs", metric, value, *_NO_ENDS
    for surface, values in (model.get("lists") or {}).items():
        for metric, value in values.items():
            yield name, surface, "served lists", "model", "lists", metric, value, *_NO_ENDS
    for scope, among in _SCOPES.items():
        for surface, figures in compared.get(scope, {}).items():
            for ranker, values in {"model": figures["model"], **figures["rules"]}.items():
                for metric, (value, low, high) in values.items():
                    yield name, surface, among, ranker, "users", metric, value, low, high
            for ranker, values in figures.get("by_place", {}).get("rankers", {}).items():
                for metric, (_, value, low, high) in values.items():
                    yield name, surface, among, ranker, "places", metric, value, low, high


def _slices(name: str, model: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    nothing = (float("nan"), *_NO_ENDS)
    for surface, figures in (model.get("rules") or {}).get("candidates", {}).items():
        for each in figures.get("slices", ()):
            rule = each.get("best_rule", nothing)[0]
            counts = (each["examples"], each["users"])
            own, ahead = each.get("model", nothing), each.get("difference", nothing)
            yield name, surface, each["by"], each["part"], *counts, *own, rule, *ahead


def _places(name: str, model: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    for surface, of in (model.get("rules") or {}).get("by_place", {}).items():
        for place, shown, engaged, chance, error in of["places"]:
            yield name, surface, place, shown, engaged, engaged / shown if shown else float("nan"), chance, error


def _both(folder: Path) -> tuple[Any, Any]:
    curves = read_curves(folder)
    return curves.training, curves.validation
