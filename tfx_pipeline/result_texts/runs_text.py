"""Formats past runs as text and as JSON."""

import datetime
import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

from components.pusher.rolled_back import rolled_back_versions
from schemas.rank_metrics import NDCG, HitRate
from tfx_pipeline.config.loading import by_path
from tfx_pipeline.past_runs.retention import Outdated, size
from tfx_pipeline.past_runs.run_removal import Removal
from tfx_pipeline.past_runs.run_store import Run, RunStore, json_property
from tfx_pipeline.past_runs.run_summary import RunSummary, is_there
from tfx_pipeline.result_texts.report_text import training_lines
from tfx_pipeline.result_texts.tables import table

_SURFACES: Final = ("search", "recommendation")
_SHOWN: Final = {metric.name: metric.label for metric in (NDCG(5), HitRate(10))}
"""The metrics that a list has room for."""
_LOG_READERS: Final = ("BehaviourExampleGen", "ItemCatalog")
_EVALUATION: Final = "ModelEvaluation"
_DIGEST: Final = "fingerprint"
_SHORT_DIGEST: Final = 12


def list_text(summaries: Sequence[RunSummary]) -> str:
    """A table with a row for each run, the newest last."""
    if not summaries:
        return "No runs."
    shown = [(surface, name) for surface in _SURFACES for name in _SHOWN if any(each.metrics for each in summaries)]
    header = ["run", "began", "took", *(f"{surface} {_SHOWN[name]}" for surface, name in shown)]
    rows = [
        [
            str(each.run.number),
            _moment(each.run.began_ms),
            _duration(each.run.seconds),
            *(_figure(each.metrics.get(surface, {}).get(name)) for surface, name in shown),
        ]
        for each in summaries
    ]
    lines = table(header, rows).splitlines()
    # The outcome may be a long sentence: it comes last, and is not shortened.
    outcomes = ["outcome", *map(outcome_text, summaries)]
    width = max(map(len, lines))
    return "\n".join(f"{line.ljust(width)}  {outcome}" for line, outcome in zip(lines, outcomes, strict=True))


def outcome_text(summary: RunSummary) -> str:
    """What a run came to, in a few words."""
    versions = ", ".join(map(os.path.basename, summary.versions.values()))
    if summary.outcome == "pushed":
        return f"pushed version {versions}"
    if summary.outcome == "unchanged":
        return f"unchanged, version {versions}"
    joint = " " if summary.detail.startswith(("in ", "after ")) else ": "
    return f"{summary.outcome}{joint}{summary.detail}"


def show_text(store: RunStore, summary: RunSummary) -> str:
    """One run: its outcome, its components, and what its model was made of."""
    run = summary.run
    steps = [[step.component, step.state, _duration((step.ended_ms - step.began_ms) / 1000)] for step in run.steps]
    blocks = [
        f"Run {run.number} of {store.root}, begun {_moment(run.began_ms)}, took {_duration(run.seconds)}: "
        f"{outcome_text(summary)}",
        table(["component", "what", "took"], steps),
    ]
    if summary.record and summary.record.report and (chosen := training_lines(summary.record.report)):
        blocks.append("\n".join(chosen))
    if summary.metrics:
        blocks.append(_metric_table({"value": summary}))
    parts = details(store, run)
    if parts["logs"]:
        logs = [[each["component"], each["files"], each["digest"][:_SHORT_DIGEST]] for each in parts["logs"]]
        blocks.append("Made of these logs:\n" + _whole_table(["read by", "files", "digest"], logs))
    if parts["lineage"]:
        rows = [
            [str(each["artifact"]), each["type"], each["component"], str(each["run"]), _place(store.root, each)]
            for each in parts["lineage"]
        ]
        header = ["artifact", "what", "written by", "run", "where"]
        blocks.append("From the logs to the model, each made of some above:\n" + _whole_table(header, rows))
    blocks += [
        f"Version {os.path.basename(each)} {_whereabouts(each)} {os.path.dirname(each)}."
        for each in summary.versions.values()
    ]
    return "\n\n".join(blocks)


def compare_text(one: RunSummary, other: RunSummary) -> str:
    """Two runs side by side."""
    names = [f"run {each.run.number}" for each in (one, other)]
    outcomes = "\n".join(f"{name}: {outcome_text(each)}" for name, each in zip(names, (one, other), strict=True))
    missing = [name for name, each in zip(names, (one, other), strict=True) if each.record is None]
    if missing:
        told = f"No configuration was kept of {' and '.join(missing)}."
    else:
        differing = comparison(one, other)["configuration"]
        rows = [[name, str(values[0]), str(values[1])] for name, values in differing.items()]
        told = _whole_table(["field", *names], rows) if rows else "The configurations are equal."
    metrics = _metric_table(dict(zip(names, (one, other), strict=True)))
    return "\n\n".join([outcomes, told, metrics])


def as_json(root: str, summary: RunSummary) -> dict[str, Any]:
    """A run as a JSON object."""
    return {
        "root": root,
        "run": summary.run.number,
        "id": summary.run.id,
        "began": _utc(summary.run.began_ms).isoformat(),
        "seconds": summary.run.seconds,
        "outcome": summary.outcome,
        "detail": summary.detail,
        "versions": summary.versions,
        "metrics": summary.metrics,
    }


def details(store: RunStore, run: Run) -> dict[str, Any]:
    """A run's components, the logs that its results were made from, and the artifacts between, the oldest first."""
    outputs = [artifact_id for step in run.steps for _, artifact_id in step.outputs]
    pushed = [artifact_id for step in run.steps_of("Pusher") for _, artifact_id in step.outputs]
    ancestors = store.ancestors(pushed or outputs)
    steps = {step.id: step for each in ancestors for _, step in [store.producers[each]]}.values()
    # The blessing is an ancestor. The metrics that it was decided by are another output of the same step.
    beside = {each for step in steps for _, each in step.outputs if store.artifacts[each].type == _EVALUATION}
    logs = []
    for step in steps:
        if step.component in _LOG_READERS:
            data = json_property(step, "data_config")
            named = ("items",) if step.component == "ItemCatalog" else ("events", "users")
            files = ", ".join(os.path.join(data.get("path", ""), data[name]) for name in named if data.get(name))
            logs.append({"component": step.component, "files": files, "digest": step.properties.get(_DIGEST, "")})
    return {
        "components": [
            {"component": step.component, "state": step.state, "seconds": (step.ended_ms - step.began_ms) / 1000}
            for step in run.steps
        ],
        "logs": logs,
        "lineage": [_ancestor(store, each) for each in sorted({*ancestors, *beside})],
    }


def comparison(one: RunSummary, other: RunSummary) -> dict[str, Any]:
    """Compares two runs: a pair of values for each field that differs, and for each metric."""
    configurations = [by_path(each.record.configuration) if each.record else {} for each in (one, other)]
    fields = dict.fromkeys([*configurations[0], *configurations[1]])
    pairs = {name: [values.get(name) for values in configurations] for name in fields}
    return {
        "runs": [one.run.number, other.run.number],
        "outcomes": [outcome_text(one), outcome_text(other)],
        "configuration": {name: pair for name, pair in pairs.items() if pair[0] != pair[1]},
        "metrics": {
            surface: {name: [each.metrics.get(surface, {}).get(name) for each in (one, other)] for name in names}
            for surface, names in _names({"": one, " ": other}).items()
        },
    }


def removal_text(removal: Removal) -> str:
    """What a removal deletes, what it keeps, and how many bytes it frees."""
    numbers = ", ".join(str(run.number) for run in removal.runs)
    lines = [f"  {each}" for each in (*(artifact.uri for artifact in removal.artifacts), *removal.searches)]
    kept = f" {removal.kept} of their artifacts stay: something else uses them." if removal.kept else ""
    count = len(removal.artifacts)
    tried = len(removal.searches)
    searches = f", the trials of {tried} {'search' if tried == 1 else 'searches'}" if tried else ""
    return "\n".join([f"Runs {numbers}: {count} artifacts{searches}, {size(removal.freed_bytes)}.{kept}", *lines])


def outdated_json(outdated: Outdated) -> dict[str, Any]:
    """What the configuration's `retention` does not keep, as plain values."""
    return {
        "versions": {each.folder: list(each.removed) for each in outdated.versions},
        "loading": {each.folder: list(each.loading) for each in outdated.versions if each.loading},
        "removed": [artifact.uri for artifact in outdated.artifacts.artifacts],
        "searches": [str(each) for each in outdated.artifacts.searches],
        "kept": outdated.artifacts.kept,
        "freed_bytes": outdated.freed_bytes,
    }


def removal_json(removal: Removal) -> dict[str, Any]:
    """The same as a JSON object."""
    return {
        "runs": [run.number for run in removal.runs],
        "removed": [each.uri for each in removal.artifacts],
        "searches": [str(each) for each in removal.searches],
        "kept": removal.kept,
        "freed_bytes": removal.freed_bytes,
    }


def _ancestor(store: RunStore, artifact_id: int) -> dict[str, Any]:
    artifact, (run, step) = store.artifacts[artifact_id], store.producers[artifact_id]
    return {
        "artifact": artifact_id,
        "type": artifact.type,
        "component": step.component,
        "run": run.number,
        "uri": artifact.uri,
        "is_deleted": artifact.is_deleted,
    }


def _whereabouts(destination: str) -> str:
    """What became of a pushed version, up to the folder of versions. What a bucket has is not looked up."""
    if "://" in destination or is_there(destination):
        return "lies in"
    folder, version = os.path.split(destination)
    return "was rolled back, from" if version in rolled_back_versions(folder) else "is no longer in"


def _place(root: str, ancestor: Mapping[str, Any]) -> str:
    path = os.path.relpath(ancestor["uri"], root) if ancestor["uri"].startswith(root) else ancestor["uri"]
    return f"{path} (removed)" if ancestor["is_deleted"] else path


def _metric_table(summaries: Mapping[str, RunSummary]) -> str:
    rows = [
        [surface, name, *(_figure(each.metrics.get(surface, {}).get(name)) for each in summaries.values())]
        for surface, names in _names(summaries).items()
        for name in names
    ]
    return table(["surface", "metric", *summaries], rows) if rows else "No metrics were kept."


def _names(summaries: Mapping[str, RunSummary]) -> dict[str, list[str]]:
    """The metrics of each surface that any of them has."""
    return {
        surface: list(dict.fromkeys(name for each in summaries.values() for name in each.metrics.get(surface, {})))
        for surface in _SURFACES
        if any(surface in each.metrics for each in summaries.values())
    }


def _whole_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose cells are not shortened, since people copy paths from it."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    )


def _utc(moment_ms: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(moment_ms / 1000, datetime.timezone.utc)


def _moment(moment_ms: int) -> str:
    """The time on this machine's clock."""
    return _utc(moment_ms).astimezone().strftime("%Y-%m-%d %H:%M")


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 1 or not seconds else f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60):02} s"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
