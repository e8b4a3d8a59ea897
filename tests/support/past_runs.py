"""Makes a pipeline's root with the metadata store and artifacts that runs leave, in milliseconds and without TFX."""

import datetime
from collections.abc import Iterable
from pathlib import Path

from ml_metadata import MetadataStore
from ml_metadata.proto import metadata_store_pb2 as mlmd

_STATES = {
    "ran": mlmd.Execution.COMPLETE,
    "cached": mlmd.Execution.CACHED,
    "failed": mlmd.Execution.FAILED,
    "unfinished": mlmd.Execution.RUNNING,
}

Keyed = Iterable[tuple[str, int]]
"""Pairs of the key by which an execution reads or writes an artifact, and the artifact's id."""


def sqlite_connection(file: Path) -> mlmd.ConnectionConfig:
    """Describes the connection to a store in a file. The file is made if it does not exist."""
    connection = mlmd.ConnectionConfig()
    connection.sqlite.filename_uri = str(file)
    connection.sqlite.connection_mode = mlmd.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
    return connection


def put_artifact(store: MetadataStore, kind: str, uri: str = "", **properties) -> int:
    """Adds an artifact of a type and returns its id."""
    type_id = store.put_artifact_type(mlmd.ArtifactType(name=kind))
    artifact = mlmd.Artifact(type_id=type_id, uri=uri, state=mlmd.Artifact.LIVE)
    _set(artifact, properties)
    return store.put_artifacts([artifact])[0]


def put_execution(
    store: MetadataStore, component: str, inputs: Keyed, outputs: Keyed, state: str = "ran", **properties
) -> int:
    """Adds an execution that read and wrote these artifacts, and returns its id."""
    type_id = store.put_execution_type(mlmd.ExecutionType(name=component))
    execution = mlmd.Execution(type_id=type_id, last_known_state=_STATES[state])
    _set(execution, properties)
    (execution_id,) = store.put_executions([execution])
    for kind, artifacts in ((mlmd.Event.INPUT, inputs), (mlmd.Event.OUTPUT, outputs)):
        for key, artifact_id in artifacts:
            path = mlmd.Event.Path(steps=[mlmd.Event.Path.Step(key=key)])
            event = mlmd.Event(artifact_id=artifact_id, execution_id=execution_id, type=kind, path=path)
            store.put_events([event])
    return execution_id


class PastRuns:
    """Makes the root.

    Args:
        root: The folder; it need not exist.
    """

    def __init__(self, root: Path):
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.store = MetadataStore(sqlite_connection(root / "metadata.sqlite"))
        self._run = 0

    def begin(self) -> None:
        """Begins a new run. The steps that follow belong to it."""
        began = datetime.datetime(2026, 1, 2, 3, 4, 5) + datetime.timedelta(
            days=len(self.store.get_contexts_by_type("pipeline_run"))
        )
        self._run = self._context("pipeline_run", began.isoformat())

    def step(self, component, state="ran", inputs=(), outputs=(), **properties) -> list[int]:
        """Adds a step, and returns the artifacts that it wrote.

        Args:
            component: Its id.
            state: `ran`, `cached`, `failed` or `unfinished`.
            inputs: Artifact ids that it read; one may be a pair of the key by which it was read, and the id.
            outputs: Artifact ids that it took from the cache, or types of artifacts that it writes.
            properties: The execution's properties.
        """
        written = [each if isinstance(each, int) else self._artifact(component, each) for each in outputs]
        keyed = (
            [each if isinstance(each, tuple) else (self._key(each), each) for each in ids] for ids in (inputs, written)
        )
        execution_id = put_execution(self.store, component, *keyed, state, **properties)
        node = self._context("node", f"shop.{component}")
        self.store.put_attributions_and_associations(
            [], [mlmd.Association(execution_id=execution_id, context_id=each) for each in (self._run, node)]
        )
        return written

    def push(self, model: int | tuple[str, int], version: str, name: str = "shop") -> int:
        """Adds a Pusher that pushed a model as a version, and returns the artifact of the push."""
        (pushed,) = self.step("Pusher", inputs=[model], outputs=["PushedModel"])
        folder = self.root / "pushed" / name / version
        folder.mkdir(parents=True)
        (folder / "saved_model.pb").write_bytes(b"graph")
        self.say(pushed, pushed=1, pushed_destination=str(folder), pushed_version=version)
        return pushed

    def say(self, artifact_id: int, **properties) -> None:
        """Adds properties to an artifact."""
        (artifact,) = self.store.get_artifacts_by_id([artifact_id])
        _set(artifact, properties)
        self.store.put_artifacts([artifact])

    def folder(self, artifact_id: int) -> Path:
        """Returns the folder of an artifact."""
        return Path(self.store.get_artifacts_by_id([artifact_id])[0].uri)

    def _artifact(self, component: str, name: str) -> int:
        # As TFX does it, the folder is named for the execution that writes it.
        folder = self.root / "artifacts" / component / name / str(len(self.store.get_executions()) + 1)
        folder.mkdir(parents=True)
        (folder / "data").write_bytes(bytes(100))
        return put_artifact(self.store, name, str(folder))

    def _key(self, artifact_id: int) -> str:
        name = self.store.get_artifacts_by_id([artifact_id])[0].type
        return {"PushedModel": "pushed_model", "TransformGraph": "transform_graph"}.get(name, name.lower())

    def _context(self, kind: str, name: str) -> int:
        type_id = self.store.put_context_type(mlmd.ContextType(name=kind))
        known = self.store.get_context_by_type_and_name(kind, name)
        return known.id if known else self.store.put_contexts([mlmd.Context(type_id=type_id, name=name)])[0]


def _set(node, properties) -> None:
    for name, value in properties.items():
        setattr(node.custom_properties[name], "int_value" if isinstance(value, int) else "string_value", value)
