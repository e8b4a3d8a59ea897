"""Finds what finished runs left: their reports, settings and artifacts. Imports neither TFX nor TensorFlow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from schemas.canonical_event import Surface
from tfx_pipeline.past_runs.run_record import read_records
from tfx_pipeline.past_runs.run_store import RunStore, Step
from tfx_pipeline.past_runs.run_summary import RunSummary, summarize

_JUDGE: Final = "Evaluator"
_SERVING: Final = "Format-Serving"
"""The folder of the SavedModel within an artifact `Model`, as TFX has it."""

ARTIFACTS: Final = "artifacts"
"""The folder of all artifacts below a root. In it TFX has for each component and key a folder with one for each run."""
_PARTS: Final = 3


class UnknownRun(ValueError):
    """There is no run of that number. The message says which there are."""


class NotFinished(ValueError):
    """A run has no report. The message says what became of it."""


@dataclass(frozen=True)
class FinishedRun:
    """A run that came to its end, whether a model was pushed or not.

    Attributes:
        store: The store that holds it.
        summary: What `tandem runs` tells of it.
        report: Its report, as `tfx_pipeline.report` writes it. One of an earlier release may lack fields.
        configuration: All its settings, as plain values.
        versions: What made it, a line each; empty if an earlier release did.
        memory: The largest memory of each component that ran, in bytes; empty if an earlier release made it.
        directory: Where it ran, to which relative paths of its configuration are; empty if an earlier release made it.
    """

    store: RunStore
    summary: RunSummary
    report: Mapping[str, Any]
    configuration: Mapping[str, Any]
    versions: str = ""
    memory: Mapping[str, int] = field(default_factory=dict)
    directory: str = ""

    @property
    def number(self) -> int:
        """Its number among all runs of its root."""
        return self.summary.run.number

    @property
    def name(self) -> str:
        """The name of its pipeline."""
        return str(self.configuration.get("name", ""))

    def steps(self, component: str) -> list[Step]:
        """The steps of a component, whatever prefix the models have: `SearchTrainer` is a `Trainer`."""
        return self.summary.run.steps_of(component)

    def folders(self, component: str, key: str) -> dict[str, Path]:
        """Where the outputs `key` of a component lie, by its id; only what is on this machine, and still there."""
        found = {}
        for step in self.steps(component):
            for name, artifact_id in step.outputs:
                if name == key and (path := self._path(artifact_id)).is_dir():
                    found[step.component] = path
        return found

    def folder(self, component: str, key: str) -> Path | None:
        """Where that output of the only such component lies; None if it is gone."""
        return next(iter(self.folders(component, key).values()), None)

    def _path(self, artifact_id: int) -> Path:
        """Where an artifact lies: below the root, also if the root was moved or copied since the run."""
        noted = Path(self.store.artifacts[artifact_id].uri)
        here = Path(self.store.root, ARTIFACTS, *noted.parts[-_PARTS:])
        return here if here.is_dir() else noted

    def models(self) -> dict[str, Path]:
        """The SavedModels that were judged, by the names by which they are served; only those that are still there."""
        found = {}
        for step in self.steps(_JUDGE):
            # With fine-tuning an Evaluator is named for the surface, and so is the end of its model's name.
            surface = step.component.removesuffix(_JUDGE).lower()
            name = next((each for each in self.report["models"] if each.endswith(surface)), "")
            folder = self._path(dict(step.inputs)["model"]) / _SERVING
            if folder.is_dir():
                found[name] = folder
        return found

    def surfaces(self, model: str) -> tuple[Surface, ...]:
        """The surfaces that a model of the report serves: those that it was measured on. With fine-tuning it is one."""
        measured = self.report["models"].get(model, {}).get("metrics", {}).get("model", {})
        return tuple(each for each in Surface if each.value in measured) or tuple(Surface)

    def example_files(self, split: str) -> list[str]:
        """The files of a split of its examples; empty if there are none any more."""
        folder = self.folder("BehaviourExampleGen", "examples")
        return sorted(map(str, (folder / f"Split-{split}").glob("*"))) if folder else []


def finished_runs(root: str, numbers: Sequence[str] = ()) -> list[FinishedRun]:
    """Finds runs by their numbers, in that order; without numbers the newest that has finished.

    Args:
        root: The root of a pipeline.
        numbers: As `tandem runs` lists them.

    Raises:
        UnknownRun: A number is that of no run.
        NotFinished: A run has no report, or none has.
    """
    store, records = RunStore(root), read_records(root)
    listed = {str(each.number): each for each in store.runs if not each.is_removed}
    unknown = [number for number in numbers if number not in listed]
    if unknown:
        known = ", ".join(listed) or "none"
        raise UnknownRun(f"there is no run {', '.join(unknown)} in {root}. There are: {known}.")
    chosen = dict.fromkeys(numbers) if numbers else reversed(listed)
    found = []
    for number in chosen:
        summary = summarize(store, listed[number], records)
        record = summary.record
        if record and record.report and not _only_indexed(summary):
            kept = (record.report, record.configuration, record.versions, record.memory, record.directory)
            found.append(FinishedRun(store, summary, *kept))
            if not numbers:
                break
        elif numbers:
            raise NotFinished(f"run {number} has no report: {_became_of(summary)}.")
    if not found:
        raise NotFinished(
            f"no run of {root} has finished yet, so there is nothing to report. `tandem runs` lists them."
        )
    return found


def _only_indexed(summary: RunSummary) -> bool:
    """Whether it is a run of `tandem index`, whose report has no figures."""
    return bool(summary.run.steps_of("Indexer"))


def _became_of(summary: RunSummary) -> str:
    if _only_indexed(summary):
        return "it took new items into the pushed model, and judged none"
    if summary.outcome == "trained":
        return "it is a training of an experiment"
    if summary.record is None and summary.outcome in ("pushed", "unchanged", "not pushed"):
        return "an earlier release made it and kept none"
    verb = {"running": "is ", "interrupted": "was "}.get(summary.outcome, "")
    return f"it {verb}{summary.outcome} {summary.detail}"
