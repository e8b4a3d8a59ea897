"""Removes what is older than the configuration's `retention` keeps, and nothing that is still needed.

Of pushed versions there stay: the newest ones, above all the served one; the one that the served one had to beat, which
a repeated run compares it with; pinned ones; those that were rolled back; and one whose files a process has open.

Of artifacts there stay: those of the newest runs that have ended well, with what these took from the cache, and of all
runs since; those of runs that neither `tandem run` nor `tandem index` made, such as the trainings of an experiment; the
newest result of each component; what each version was made of that is still on disk, or was the last that was pushed;
and the last comparison with popularity, which reports show. Checkpoints are no artifacts and are not touched.
"""

import logging
import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from components.baseline_model.push_records import SOURCE_PROPERTY, version_beaten_by
from components.baseline_model.pushed_versions import complete_versions, is_complete
from components.pusher.rolled_back import FOLDER as ROLLED_BACK
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.past_runs import run_removal, version_removal
from tfx_pipeline.past_runs.run_record import RunRecord, read_records
from tfx_pipeline.past_runs.run_removal import Removal
from tfx_pipeline.past_runs.run_store import CACHED, RAN, Run, RunStore, StoredArtifact
from tfx_pipeline.past_runs.run_summary import pushed_destination, record_key
from tfx_pipeline.past_runs.version_removal import OldVersions

_LOG = logging.getLogger(__name__)
_BASELINE: Final = "baseline_model"
_POPULARITY: Final = "popularity"
_NO_ARTIFACTS: Final = Removal((), (), 0, 0)


@dataclass(frozen=True)
class Outdated:
    """What is no longer needed.

    Attributes:
        versions: The pushed versions, by model.
        artifacts: The artifacts of older runs. `runs` are those runs.
        buckets: Folders of versions in buckets, in which nothing is removed.
    """

    versions: tuple[OldVersions, ...]
    artifacts: Removal
    buckets: tuple[str, ...] = ()

    @property
    def freed_bytes(self) -> int:
        """How many bytes the removal frees."""
        return self.artifacts.freed_bytes + sum(each.freed_bytes for each in self.versions)

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to remove."""
        has_versions = any(each.removed for each in self.versions)
        return not (has_versions or self.artifacts.artifacts or self.artifacts.searches)


def plan(config: PipelineConfig, store: RunStore | None) -> Outdated:
    """Finds out what the configuration's `retention` does not keep and nothing needs.

    Args:
        config: The configuration.
        store: Its runs; None if there are none on this machine, as after a run on Kubeflow. Then versions alone go.
    """
    settings = config.retention
    records = read_records(config.run_root) if store else {}
    folders = [served.pushed_model_dir for served in config.served_models]
    pinned = {str(each) for each in settings.pinned}
    versions = tuple(
        version_removal.plan(folder, settings.versions, pinned | _beaten_by_served(store, folder))
        for folder in folders
        if "://" not in folder
    )
    artifacts = _NO_ARTIFACTS
    if store and (old := _old_runs(store, records, settings.runs)):
        going = {os.path.abspath(os.path.join(each.folder, name)) for each in versions for name in each.removed}
        needed = store.ancestors(_pushes_to_keep(store, records, going)) + _last_beside_popularity(store)
        artifacts = run_removal.plan_artifacts(store, old, needed)
    buckets = tuple(each for each in folders if "://" in each) if settings.versions else ()
    return Outdated(versions, artifacts, buckets)


def remove(store: RunStore | None, outdated: Outdated) -> None:
    """Removes what was planned. After an interruption a new plan ends it.

    Args:
        store: The store that was planned with, opened for changes. Its root is held by the caller.
        outdated: The plan.
    """
    for versions in outdated.versions:
        version_removal.remove(versions)
    if store:
        run_removal.remove_artifacts(store, outdated.artifacts)


def after_run(config: PipelineConfig) -> Outdated | None:
    """Removes it at the end of a run, whose process holds the root, and logs what went.

    The run is over, and its model pushed: whatever keeps old files from being removed is logged, and nothing more.

    Returns:
        What was removed; None if everything is kept, or something went wrong.
    """
    if config.retention.keeps_everything:
        return None
    try:
        store = RunStore(config.run_root, writable=True)
        outdated = plan(config, store)
        remove(store, outdated)
    except Exception as error:
        told = "The run has ended well; what is old could not be removed (%s: %s). `tandem runs clean` tries again."
        _LOG.warning(told, type(error).__name__, error)
        return None
    for line in told_of(outdated, "Removed"):
        _LOG.info("%s", line)
    return outdated


def told_of(outdated: Outdated, verb: str) -> list[str]:
    """What is removed and how much that frees, in a line each.

    Args:
        outdated: The plan.
        verb: How a line begins, such as `Removed`.
    """
    lines = [
        f"{verb} {_counted(len(each.removed), 'version')} of {each.folder}: {', '.join(each.removed)}; "
        f"{size(each.freed_bytes)}."
        for each in outdated.versions
        if each.removed
    ]
    artifacts = outdated.artifacts
    if artifacts.artifacts or artifacts.searches:
        searches = f" and {_counted(len(artifacts.searches), 'search', 'es')}" if artifacts.searches else ""
        lines.append(
            f"{verb} {_counted(len(artifacts.artifacts), 'artifact')}{searches} of runs before "
            f"{artifacts.runs[-1].number + 1}; {size(artifacts.freed_bytes)}. {artifacts.kept} of theirs stay, because "
            "something needs them."
        )
    lines += [
        f"Version {name} of {each.folder} stays for now: a process has its files open."
        for each in outdated.versions
        for name in each.loading
    ]
    lines += [f"{each} is a bucket; remove old versions with its own tools." for each in outdated.buckets]
    return lines


def size(count: int) -> str:
    """A number of bytes, as people read it."""
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count:,} bytes"


def _counted(count: int, noun: str, plural: str = "s") -> str:
    return f"{count:,} {noun}{'' if count == 1 else plural}"


def _beaten_by_served(store: RunStore | None, folder: str) -> set[str]:
    """The version that the newest one had to beat. If the store does not know, it is the one before, which stays."""
    newest = next(iter(complete_versions(folder)), "")
    beaten = version_beaten_by(store.metadata, folder, newest) if store and newest else None
    return {beaten} if beaten else set()


def _old_runs(store: RunStore, records: Mapping[int, RunRecord], keep: int) -> Sequence[Run]:
    """The runs before the newest `keep` that have ended well. A run without a record is not ours to thin out."""
    ours = [run for run in store.runs if not run.is_removed and record_key(run) in records]
    ended = [run for run in ours if records[record_key(run)].report is not None]
    if not keep or len(ended) <= keep:
        return ()
    return [run for run in ours if run.number < ended[-keep].number]


def _pushes_to_keep(store: RunStore, records: Mapping[int, RunRecord], going: Collection[str]) -> set[int]:
    """The ids of the PushedModels of all versions that stay on disk, and of the last push into each folder.

    The last push counts wherever its version is, since a folder may be on a disk that is not there at the moment.
    """
    kept: set[int] = set()
    newest: dict[str, tuple[int, set[int]]] = defaultdict(lambda: (-1, set()))
    for artifact in store.artifacts.values():
        destination = _destination(store, records, artifact)
        folder, version = os.path.split(destination)
        if not version.isdecimal() or artifact.id not in store.producers:
            continue
        last, ids = newest[folder]
        if int(version) >= last:
            newest[folder] = (int(version), {artifact.id} | (ids if int(version) == last else set()))
        if destination not in going and _is_on_disk(folder, version):
            kept.add(artifact.id)
    return kept.union(*(ids for _, ids in newest.values()))


def _destination(store: RunStore, records: Mapping[int, RunRecord], artifact: StoredArtifact) -> str:
    """The folder of a pushed version, as an absolute path; empty if the artifact is no push."""
    noted = pushed_destination(artifact)
    if not noted or "://" in noted or artifact.id not in store.producers:
        return noted
    record = records.get(record_key(store.producers[artifact.id][0]))
    return os.path.abspath(os.path.join(record.directory if record else "", noted))


def _is_on_disk(folder: str, version: str) -> bool:
    if "://" in folder:
        return True  # What a version in a bucket was made of stays, without asking the bucket.
    return any(is_complete(each, version) for each in (folder, os.path.join(folder, ROLLED_BACK)))


def _last_beside_popularity(store: RunStore) -> list[int]:
    """The ids of what each Evaluator wrote when it last compared a model with popularity."""
    newest = {
        step.component: step
        for run in store.runs
        for step in run.steps_of("Evaluator")
        if step.state in (RAN, CACHED) and _is_beside_popularity(store, step.inputs)
    }
    return [artifact_id for step in newest.values() for _, artifact_id in step.outputs]


def _is_beside_popularity(store: RunStore, inputs: Sequence[tuple[str, int]]) -> bool:
    sources = (store.artifacts[each].properties.get(SOURCE_PROPERTY, "") for key, each in inputs if key == _BASELINE)
    return any(str(each).startswith(_POPULARITY) for each in sources)
