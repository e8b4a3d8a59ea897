"""A metadata store that holds what runs with an Evaluator and a Pusher leave in it."""

from pathlib import Path

from ml_metadata import MetadataStore
from ml_metadata.proto import metadata_store_pb2


class PushStore:
    """A store in a file of its own.

    Attributes:
        connection: How to connect to it.
        store: The connected store.
    """

    def __init__(self, folder: Path):
        self.connection = metadata_store_pb2.ConnectionConfig()
        self.connection.sqlite.filename_uri = str(folder / "metadata.sqlite")
        self.connection.sqlite.connection_mode = 3  # Made where it is not there.
        self.store = MetadataStore(self.connection)

    def add_baseline(self, **properties: str) -> int:
        """A model to beat, as BaselineModel leaves it."""
        return self._add_artifact("Model", properties)

    def add_push(self, baseline: int, pushed_model_dir: str, version: str, is_pushed: bool = True) -> int:
        """An evaluation against a baseline, and the push that follows; returns the id of the blessing."""
        blessing = self._add_artifact("ModelBlessing", {})
        self._add_execution("Evaluator", {"baseline_model": baseline}, {"blessing": blessing})
        pushed: dict[str, str | int] = {"pushed": int(is_pushed)}
        if is_pushed:
            pushed |= {"pushed_destination": f"{pushed_model_dir}/{version}", "pushed_version": version}
        self._add_execution(
            "Pusher", {"model_blessing": blessing}, {"pushed_model": self._add_artifact("PushedModel", pushed)}
        )
        return blessing

    def _add_artifact(self, name: str, properties: dict) -> int:
        artifact = metadata_store_pb2.Artifact(
            type_id=self.store.put_artifact_type(metadata_store_pb2.ArtifactType(name=name))
        )
        for key, value in properties.items():
            setattr(artifact.custom_properties[key], "int_value" if isinstance(value, int) else "string_value", value)
        return self.store.put_artifacts([artifact])[0]

    def _add_execution(self, name: str, inputs: dict[str, int], outputs: dict[str, int]) -> None:
        type_id = self.store.put_execution_type(metadata_store_pb2.ExecutionType(name=name))
        (execution,) = self.store.put_executions([metadata_store_pb2.Execution(type_id=type_id)])
        events = [
            metadata_store_pb2.Event(
                artifact_id=artifact,
                execution_id=execution,
                type=kind,
                path=metadata_store_pb2.Event.Path(steps=[metadata_store_pb2.Event.Path.Step(key=key)]),
            )
            for kind, artifacts in (
                (metadata_store_pb2.Event.INPUT, inputs),
                (metadata_store_pb2.Event.OUTPUT, outputs),
            )
            for key, artifact in artifacts.items()
        ]
        self.store.put_events(events)
