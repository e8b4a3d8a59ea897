"""Reads the runs of a pipeline from its metadata store. Imports neither TFX nor TensorFlow."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml_metadata import MetadataStore
from ml_metadata.proto import metadata_store_pb2

from tfx_pipeline.config.pipeline_config import METADATA_FILE

RAN, CACHED, FAILED, UNFINISHED = "ran", "cached", "failed", "unfinished"
"""How a step ended."""
_STATES = {
    metadata_store_pb2.Execution.COMPLETE: RAN,
    metadata_store_pb2.Execution.CACHED: CACHED,
    metadata_store_pb2.Execution.FAILED: FAILED,
}
_OUTPUTS = (metadata_store_pb2.Event.OUTPUT, metadata_store_pb2.Event.DECLARED_OUTPUT)
_REMOVED = "tandem_removed"
"""A property that marks a removed run. Nothing can be deleted from the store itself."""


@dataclass(frozen=True)
class StoredArtifact:
    """An artifact: something that a component wrote.

    Attributes:
        id: Its number in the store.
        type: The name of its type, such as `Examples`.
        uri: Where it lies.
        is_deleted: Whether it was removed from there.
        properties: Its custom properties.
    """

    id: int
    type: str
    uri: str
    is_deleted: bool
    properties: dict[str, Any]


@dataclass(frozen=True)
class Step:
    """A component of a run.

    Attributes:
        id: The execution's number in the store.
        component: Its id in the pipeline.
        state: `ran`, `cached`, `failed` or `unfinished`.
        began_ms: In milliseconds since 1970.
        ended_ms: When its execution was last updated, in milliseconds since 1970.
        inputs: The key and the artifact id of each artifact that it read.
        outputs: The same of each artifact that it wrote, or took from the cache.
        properties: Its parameters.
    """

    id: int
    component: str
    state: str
    began_ms: int
    ended_ms: int
    inputs: tuple[tuple[str, int], ...]
    outputs: tuple[tuple[str, int], ...]
    properties: dict[str, Any]


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        number: Its number among all runs of the root, from 1. A number is never used again.
        id: Its name in the store, which is the time when it began.
        steps: Its components, in the order in which they began.
        is_removed: Whether it was removed.
    """

    number: int
    id: str
    steps: tuple[Step, ...]
    is_removed: bool

    @property
    def began_ms(self) -> int:
        """When it began, in milliseconds since 1970."""
        return min(step.began_ms for step in self.steps)

    @property
    def seconds(self) -> float:
        """How long it took, until its last update in the store."""
        return (max(step.ended_ms for step in self.steps) - self.began_ms) / 1000

    def steps_of(self, component: str) -> list[Step]:
        """The steps of a component. If several models are pushed, each has its own: `SearchPusher` is a `Pusher`."""
        return [step for step in self.steps if step.component.endswith(component)]


class RunStore:
    """All runs and artifacts of one root.

    Args:
        root: The folder that holds the metadata store of a pipeline.
        writable: Whether to open the store for changes.
    """

    def __init__(self, root: str, writable: bool = False):
        self.root = root
        connection = metadata_store_pb2.ConnectionConfig()
        connection.sqlite.filename_uri = str(Path(root, METADATA_FILE))
        sqlite = metadata_store_pb2.SqliteMetadataSourceConfig
        connection.sqlite.connection_mode = sqlite.READWRITE if writable else sqlite.READONLY
        self._store = MetadataStore(connection)
        self.artifacts = {artifact.id: _artifact(artifact) for artifact in self._store.get_artifacts()}
        self.runs = self._read_runs()
        self.producers: dict[int, tuple[Run, Step]] = {}
        for run in self.runs:
            for step in run.steps:
                for _, artifact_id in step.outputs:
                    self.producers.setdefault(artifact_id, (run, step))

    @property
    def metadata(self) -> MetadataStore:
        """The store itself."""
        return self._store

    def ancestors(self, artifact_ids: Iterable[int]) -> list[int]:
        """The given artifacts and all artifacts from which they were made, by any run; the oldest first."""
        found: set[int] = set()
        open_ids = list(artifact_ids)
        while open_ids:
            artifact_id = open_ids.pop()
            if artifact_id not in found:
                found.add(artifact_id)
                _, step = self.producers[artifact_id]
                open_ids += [each for _, each in step.inputs]
        return sorted(found)

    def mark_deleted(self, artifact_ids: Iterable[int]) -> None:
        """Marks artifacts as removed from disk."""
        artifacts = self._store.get_artifacts_by_id(list(artifact_ids))
        for artifact in artifacts:
            artifact.state = metadata_store_pb2.Artifact.DELETED
        self._store.put_artifacts(artifacts)

    def mark_removed(self, run: Run) -> None:
        """Marks a run as removed."""
        (context,) = (each for each in self._store.get_contexts_by_type("pipeline_run") if each.name == run.id)
        context.custom_properties[_REMOVED].int_value = 1
        self._store.put_contexts([context])

    def _read_runs(self) -> list[Run]:
        components = {
            execution.id: node.name.rpartition(".")[2]
            for node in self._store.get_contexts_by_type("node")
            for execution in self._store.get_executions_by_context(node.id)
        }
        contexts = sorted(self._store.get_contexts_by_type("pipeline_run"), key=lambda context: context.id)
        executions = {context.id: self._store.get_executions_by_context(context.id) for context in contexts}
        ids = [execution.id for each in executions.values() for execution in each]
        events = defaultdict(list)
        for event in self._store.get_events_by_execution_ids(ids) if ids else ():
            events[event.execution_id].append(event)
        return [
            Run(
                number,
                context.name,
                tuple(
                    _step(execution, components[execution.id], events[execution.id])
                    for execution in sorted(executions[context.id], key=lambda each: each.id)
                ),
                _REMOVED in context.custom_properties,
            )
            for number, context in enumerate(contexts, start=1)
            if executions[context.id]
        ]


def _step(execution: Any, component: str, events: Iterable[Any]) -> Step:
    read: list[tuple[str, int]] = []
    written: list[tuple[str, int]] = []
    for event in events:
        (written if event.type in _OUTPUTS else read).append((event.path.steps[0].key, event.artifact_id))
    return Step(
        execution.id,
        component,
        _STATES.get(execution.last_known_state, UNFINISHED),
        execution.create_time_since_epoch,
        execution.last_update_time_since_epoch,
        tuple(sorted(read)),
        tuple(sorted(written)),
        _plain(execution.custom_properties),
    )


def _artifact(artifact: Any) -> StoredArtifact:
    deleted = artifact.state == metadata_store_pb2.Artifact.DELETED
    return StoredArtifact(artifact.id, artifact.type, artifact.uri, deleted, _plain(artifact.custom_properties))


def _plain(properties: Any) -> dict[str, Any]:
    """The values of properties. Some are JSON by TFX, which stays text."""
    values = {name: getattr(value, value.WhichOneof("value")) for name, value in properties.items()}
    return {name: value if isinstance(value, (str, int, float)) else str(value) for name, value in values.items()}


def json_property(step: Step, name: str) -> dict[str, Any]:
    """A property that holds a JSON object; empty if there is none."""
    values = json.loads(step.properties.get(name, "{}"))
    return values if isinstance(values, dict) else {}
