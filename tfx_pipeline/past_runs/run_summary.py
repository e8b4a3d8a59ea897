"""Sums up a run: whether its model was pushed or why not, where it failed or was interrupted, and its metrics."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.baseline_model.pushed_versions import is_complete
from tfx_pipeline.past_runs import run_store
from tfx_pipeline.past_runs.run_record import RunRecord
from tfx_pipeline.past_runs.run_store import Run, RunStore, Step, StoredArtifact

PUSHED, UNCHANGED, NOT_PUSHED = "pushed", "unchanged", "not pushed"
FAILED, INTERRUPTED, RUNNING, TRAINED = "failed", "interrupted", "running", "trained"
_WORST_FIRST = (NOT_PUSHED, PUSHED, UNCHANGED)


@dataclass(frozen=True)
class RunSummary:
    """The summary of one run.

    Attributes:
        run: The run.
        outcome: `pushed`, `unchanged` (an earlier run has pushed this very model), `not pushed`, `failed`,
            `interrupted`, `running`, or `trained` (a variant of an experiment, which pushes nothing).
        detail: The component that runs, failed or was interrupted, with the error; or why the model was not pushed.
        versions: For each pushed model, the folder of its version.
        metrics: Among the candidates of an example, by surface and name; empty if no report was kept.
        record: The run's record; None if the run is older than records are.
    """

    run: Run
    outcome: str
    detail: str
    versions: dict[str, str]
    metrics: dict[str, dict[str, float]]
    record: RunRecord | None


def summarize(store: RunStore, run: Run, records: Mapping[int, RunRecord]) -> RunSummary:
    """Sums up a run.

    Args:
        store: The store that holds the run.
        run: The run.
        records: The records of all runs of the root, by the last execution before each run.
    """
    record = records.get(record_key(run))
    pushes = {step.component: _pushed_model(store, step) for step in run.steps_of("Pusher")}
    versions = {
        os.path.basename(os.path.dirname(destination)): destination
        for artifact in pushes.values()
        if artifact and (destination := pushed_destination(artifact))
    }
    outcome, detail = _outcome(store, run, pushes, record)
    return RunSummary(run, outcome, detail, versions, _metrics(record), record)


def record_key(run: Run) -> int:
    """The key of a run's record: the execution before the run's first. The store numbers executions without gaps."""
    return run.steps[0].id - 1


def pushed_destination(artifact: StoredArtifact) -> str:
    """The folder of the version of a PushedModel; empty if nothing was pushed."""
    return str(artifact.properties.get("pushed_destination", "")) if artifact.properties.get("pushed") else ""


def is_there(destination: str) -> bool:
    """Whether a pushed version still lies in its folder."""
    return bool(destination) and is_complete(*os.path.split(destination))


def _pushed_model(store: RunStore, pusher: Step) -> StoredArtifact | None:
    return next((store.artifacts[each] for key, each in pusher.outputs if key == "pushed_model"), None)


def _outcome(
    store: RunStore, run: Run, pushes: Mapping[str, StoredArtifact | None], record: RunRecord | None
) -> tuple[str, str]:
    failed = [step.component for step in run.steps if step.state == run_store.FAILED]
    if failed:
        error = record.error if record else ""
        return FAILED, f"in {', '.join(failed)}{f': {error}' if error else ''}"
    last = run.steps[-1].component
    if record and record.is_locked:
        return RUNNING, f"in {last}"
    unfinished = run.steps[-1].state == run_store.UNFINISHED
    where = f"{'in' if unfinished else 'after'} {last}"
    if record and record.error:
        return FAILED, f"{where}: {record.error}"
    if unfinished or (record and record.report is None):
        return INTERRUPTED, where
    if not pushes:
        return TRAINED, "nothing was to be pushed"
    found = {name: _push_outcome(store, run, pushed) for name, pushed in pushes.items()}
    outcome = min(found.values(), key=_WORST_FIRST.index)
    return outcome, _why_not(record) if outcome == NOT_PUSHED else ""


def _push_outcome(store: RunStore, run: Run, pushed: StoredArtifact | None) -> str:
    destination = pushed_destination(pushed) if pushed else ""
    if not destination:
        return NOT_PUSHED
    # The Pusher may also have run anew and found that the newest version is this very model.
    same = [each for each in store.artifacts.values() if pushed_destination(each) == destination]
    first = min(store.producers[each.id][0].number for each in same if each.id in store.producers)
    return PUSHED if first == run.number else UNCHANGED


def _why_not(record: RunRecord | None) -> str:
    if record is None or record.report is None:
        return "no report was kept"
    reasons = []
    for name, model in record.report["models"].items():
        several = f"{name}: " if len(record.report["models"]) > 1 else ""
        reasons += [f"{several}{_shortfall(each)}" for each in model.get("shortfalls", ())]
        # A report of an earlier release has no rules.
        rules = model.get("rules") or {"decides": False}
        reasons += [f"{several}{each}" for each in (rules["reasons"] if rules["decides"] else ())]
        reasons += [f"{several}not servable: {each}" for each in model["servability_reasons"]]
        if taken_back := model.get("rolled_back"):
            reasons.append(f"{several}rolled back as version {taken_back}")
    return "; ".join(reasons)


def _shortfall(values: Mapping[str, Any]) -> str:
    value, needed = values["value"], values["needed"]
    if value is None or needed is None:
        return f"{values['metric']} in {values['surface']} could not be measured"
    return f"{values['metric']} in {values['surface']} {value:.4f}, needed {needed:.4f}"


def _metrics(record: RunRecord | None) -> dict[str, dict[str, float]]:
    """For each surface, the metrics of the model that serves it. `overall` is left out."""
    metrics: dict[str, dict[str, float]] = {}
    for model in record.report["models"].values() if record and record.report else ():
        metrics |= {surface: values for surface, values in model["metrics"]["model"].items() if surface != "overall"}
    return metrics
