"""A pipeline's root with a metadata store and artifacts, as runs leave them, in milliseconds and without TFX."""

import datetime
from pathlib import Path

from ml_metadata import MetadataStore
from ml_metadata.proto import metadata_store_pb2 as mlmd

_STATES = {
    "ran": mlmd.Execution.COMPLETE,
    "cached": mlmd.Execution.CACHED,
    "failed": mlmd.Execution.FAILED,
    "unfinished": mlmd.Execution.RUNNING,
}


class PastRuns:
    """Makes the root.

    Args:
        root: The folder; it need not exist.
    """

    def __init__(self, root: Path):
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        connection = mlmd.ConnectionConfig()
        connection.sqlite.filename_uri = str(root / "metadata.sqlite")
        connection.sqlite.connection_mode = mlmd.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
        self.store = MetadataStore(connection)
        self._run = 0

    def begin(self) -> None:
        """The steps that follow belong to a new run."""
        began = datetime.datetime(2026, 1, 2, 3, 4, 5) + datetime.timedelta(days=len(self._contexts("pipeline_run")))
        self._run = self._context("pipeline_run", began.isoformat())

    def step(self, component, state="ran", inputs=(), outputs=(), **properties) -> list[int]:
        """Adds a step, and returns the artifacts that it wrote.

        Args:
            component: Its id.
            state: `ran`, `cached`, `failed` or `unfinished`.
            inputs: Artifact ids that it read.
            outputs: Artifact ids that it took from the cache, or types of artifacts that it writes.
            properties: What it was told.
        """
        type_id = self.store.put_execution_type(mlmd.ExecutionType(name=component))
        execution = mlmd.Execution(type_id=type_id, last_known_state=_STATES[state])
        _set(execution, properties)
        (execution_id,) = self.store.put_executions([execution])
        written = [each if isinstance(each, int) else self._artifact(component, each, execution_id) for each in outputs]
        node = self._context("node", f"shop.{component}")
        self.store.put_attributions_and_associations(
            [], [mlmd.Association(execution_id=execution_id, context_id=each) for each in (self._run, node)]
        )
        kinds = ((mlmd.Event.INPUT, inputs), (mlmd.Event.OUTPUT, written))
        self.store.put_events(
            [
                mlmd.Event(
                    artifact_id=artifact_id,
                    execution_id=execution_id,
                    type=kind,
                    path=mlmd.Event.Path(steps=[mlmd.Event.Path.Step(key=self._key(artifact_id))]),
                )
                for kind, artifacts in kinds
                for artifact_id in artifacts
            ]
        )
        return written

    def push(self, model: int, version: str, name: str = "shop") -> int:
        """A Pusher that has made a model a version."""
        (pushed,) = self.step("Pusher", inputs=[model], outputs=["PushedModel"])
        folder = self.root / "pushed" / name / version
        folder.mkdir(parents=True)
        (folder / "saved_model.pb").write_bytes(b"graph")
        self.say(pushed, pushed=1, pushed_destination=str(folder), pushed_version=version)
        return pushed

    def say(self, artifact_id: int, **properties) -> None:
        """Gives an artifact properties."""
        (artifact,) = self.store.get_artifacts_by_id([artifact_id])
        _set(artifact, properties)
        self.store.put_artifacts([artifact])

    def folder(self, artifact_id: int) -> Path:
        """Where an artifact lies."""
        return Path(self.store.get_artifacts_by_id([artifact_id])[0].uri)

    def _artifact(self, component: str, name: str, execution_id: int) -> int:
        folder = self.root / "artifacts" / component / name / str(execution_id)
        folder.mkdir(parents=True)
        (folder / "data").write_bytes(bytes(100))
        type_id = self.store.put_artifact_type(mlmd.ArtifactType(name=name))
        artifact = mlmd.Artifact(type_id=type_id, uri=str(folder), state=mlmd.Artifact.LIVE)
        return self.store.put_artifacts([artifact])[0]

    def _key(self, artifact_id: int) -> str:
        name = self.store.get_artifacts_by_id([artifact_id])[0].type
        return {"PushedModel": "pushed_model"}.get(name, name.lower())

    def _contexts(self, name: str) -> list:
        return self.store.get_contexts_by_type(name)

    def _context(self, kind: str, name: str) -> int:
        type_id = self.store.put_context_type(mlmd.ContextType(name=kind))
        for context in self._contexts(kind):
            if context.name == name:
                return context.id
        return self.store.put_contexts([mlmd.Context(type_id=type_id, name=name)])[0]


def _set(node, properties) -> None:
    for name, value in properties.items():
        setattr(node.custom_properties[name], "int_value" if isinstance(value, int) else "string_value", value)
