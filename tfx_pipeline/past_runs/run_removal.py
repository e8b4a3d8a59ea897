"""Removes the artifacts of some runs, except those that something else uses.

Three kinds of artifacts stay: those that another run has read, written or taken from the cache; those from which the
newest version of each pushed model was made; and the newest output of each component, so that the next run finds its
cache. Pushed versions lie in their own folders, which are not touched. The folder of a search goes with the last run
that worked in it or took its result from the cache.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tfx_pipeline.past_runs import being_removed
from tfx_pipeline.past_runs.finished_run import ARTIFACTS
from tfx_pipeline.past_runs.run_record import remove_record
from tfx_pipeline.past_runs.run_store import CACHED, RAN, Run, RunStore, StoredArtifact
from tfx_pipeline.past_runs.run_summary import is_there, pushed_destination, record_key
from tfx_pipeline.training.event_logs import run_links
from tfx_pipeline.tuning.search_folders import FOLDER, executions_of, folders_of

_TUNER: Final = "Tuner"


class RemovalRefused(ValueError):
    """A run cannot be removed. The message says why, and what to do."""


@dataclass(frozen=True)
class Removal:
    """What the removal of some runs would do.

    Attributes:
        runs: The runs.
        artifacts: The artifacts to remove, the oldest first.
        kept: How many artifacts of these runs stay.
        freed_bytes: How many bytes the removal frees.
        searches: The folders of searches to remove.
    """

    runs: tuple[Run, ...]
    artifacts: tuple[StoredArtifact, ...]
    kept: int
    freed_bytes: int
    searches: tuple[Path, ...] = ()


def plan(store: RunStore, runs: Sequence[Run]) -> Removal:
    """Finds out what the removal of some runs would do.

    Raises:
        RemovalRefused: One of the runs pushed the newest version of a model.
    """
    newest = _newest_pushed(store)
    for run in runs:
        for step in run.steps_of("Pusher"):
            for _, artifact_id in step.outputs if step.state == RAN else ():
                if artifact_id in newest:
                    raise RemovalRefused(
                        f"run {run.number} pushed {pushed_destination(store.artifacts[artifact_id])}, which is the "
                        "newest version and served. Remove the run once a later one has pushed another."
                    )
    return plan_artifacts(store, runs, set(store.ancestors(newest)))


def plan_artifacts(store: RunStore, runs: Sequence[Run], needed: Collection[int]) -> Removal:
    """Finds out which artifacts of some runs nothing else uses.

    Args:
        store: The store.
        runs: The runs.
        needed: The ids of artifacts that stay in any case.
    """
    kept = _used_by_others(store, runs) | _newest_outputs(store) | set(needed)
    numbers = {run.number for run in runs}
    written = [
        store.artifacts[each]
        for each, (run, _) in sorted(store.producers.items())
        if run.number in numbers and not store.artifacts[each].is_deleted
    ]
    removed = tuple(artifact for artifact in written if artifact.id not in kept and _lies_below(store.root, artifact))
    searches = tuple(_searches_of_none(store, numbers, kept))
    freed = sum(being_removed.size(str(each)) for each in (*(artifact.uri for artifact in removed), *searches))
    return Removal(tuple(runs), removed, len(written) - len(removed), freed, searches)


def remove(store: RunStore, removal: Removal) -> None:
    """Removes what was planned, and the runs from the list. After an interruption it can be called again."""
    remove_artifacts(store, removal)
    for run in removal.runs:
        store.mark_removed(run)
        remove_record(store.root, record_key(run))


def remove_artifacts(store: RunStore, removal: Removal) -> None:
    """Removes the artifacts that were planned; the runs stay in the list. It ends what an interruption left, too."""
    root = Path(store.root)
    being_removed.sweep([*(root / ARTIFACTS).glob("*/*"), root / FOLDER])
    for artifact in removal.artifacts:
        being_removed.remove(artifact.uri)
    for folder in removal.searches:
        being_removed.remove(str(folder))
    if removal.artifacts:
        store.mark_deleted(artifact.id for artifact in removal.artifacts)
    if removal.artifacts or removal.searches:
        run_links.remove_dangling(os.path.join(store.root, run_links.FOLDER))


def _newest_pushed(store: RunStore) -> set[int]:
    """For each folder of versions, the ids of the PushedModels of the newest version on disk."""
    by_folder: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for artifact in store.artifacts.values():
        destination = pushed_destination(artifact)
        folder, version = os.path.split(destination)
        if version.isdecimal() and artifact.id in store.producers and is_there(destination):
            by_folder[folder][int(version)].add(artifact.id)
    return {artifact_id for versions in by_folder.values() for artifact_id in versions[max(versions)]}


def _used_by_others(store: RunStore, runs: Collection[Run]) -> set[int]:
    numbers = {run.number for run in runs}
    return {
        artifact_id
        for run in store.runs
        if run.number not in numbers and not run.is_removed
        for step in run.steps
        for _, artifact_id in (*step.inputs, *step.outputs)
    }


def _searches_of_none(store: RunStore, removed: Collection[int], kept: Collection[int]) -> Iterator[Path]:
    """The folders of searches that no other run, and nothing that is kept, has to do with.

    A folder stays if nobody noted which executions worked in it, or if the store does not know each as a Tuner's.
    """
    steps = [(run, step) for run in store.runs for step in run.steps_of(_TUNER)]
    known = {step.id for _, step in steps}
    for folder in folders_of(store.root):
        executions = executions_of(folder)
        users = [
            (run, step)
            for run, step in steps
            if step.id in executions or any(store.producers[each][1].id in executions for _, each in step.outputs)
        ]
        is_used = any(
            (run.number not in removed and not run.is_removed) or any(each in kept for _, each in step.outputs)
            for run, step in users
        )
        if executions and executions <= known and not is_used:
            yield folder


def _newest_outputs(store: RunStore) -> set[int]:
    """For each component, the ids of what it wrote, or took from the cache, when it last ended well."""
    newest = {step.component: step for run in store.runs for step in run.steps if step.state in (RAN, CACHED)}
    return {artifact_id for step in newest.values() for _, artifact_id in step.outputs}


def _lies_below(root: str, artifact: StoredArtifact) -> bool:
    """Whether an artifact lies below the root. Some are only pointers to files of the user, which must stay."""
    return Path(root).resolve() in Path(artifact.uri).resolve().parents
