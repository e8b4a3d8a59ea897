"""Looks up earlier pushes in the metadata store."""

import os
from collections.abc import Iterator, Sequence

from ml_metadata import MetadataStore
from ml_metadata.proto import metadata_store_pb2

VERSION_PROPERTY = "version"
"""A property of BaselineModel's artifact: the version that was copied; empty for a popularity model."""
SOURCE_PROPERTY = "source"
"""Another one: where the baseline comes from, as a text for people."""
_OUTPUTS = (metadata_store_pb2.Event.OUTPUT, metadata_store_pb2.Event.DECLARED_OUTPUT)


def version_beaten_by(store: MetadataStore, pushed_model_dir: str, version: str) -> str | None:
    """Finds the version that a pushed version had to beat.

    Args:
        store: The metadata store of the pipeline that pushed it.
        pushed_model_dir: The folder that it was pushed to.
        version: The version that was pushed.

    Returns:
        Its name; empty if it had to beat popularity; None if the store has no record of the push, or if it had to beat
        nothing, because it was only indexed.
    """
    destination = os.path.join(pushed_model_dir, version)
    for pushed in sorted(store.get_artifacts_by_type("PushedModel"), key=lambda each: -each.id):
        if pushed.custom_properties["pushed_destination"].string_value != destination:
            continue
        for blessing in _inputs(store, _producer(store, pushed), "model_blessing"):
            (baseline,) = _inputs(store, _producer(store, blessing), "baseline_model")
            if VERSION_PROPERTY in baseline.custom_properties:
                return str(baseline.custom_properties[VERSION_PROPERTY].string_value)
    return None


def versions_pushed_of(store: MetadataStore, blessing_id: int) -> Iterator[tuple[str, str]]:
    """Yields folder and version of each push that followed from a blessing.

    Args:
        store: The metadata store.
        blessing_id: The id of the artifact: the Evaluator's ModelBlessing, or the gate's InfraBlessing.
    """
    pushers = [
        event.execution_id
        for event in store.get_events_by_artifact_ids([blessing_id])
        if event.type == metadata_store_pb2.Event.INPUT
    ]
    outputs = [event.artifact_id for event in store.get_events_by_execution_ids(pushers) if event.type in _OUTPUTS]
    for artifact in store.get_artifacts_by_id(sorted(set(outputs))):
        properties = artifact.custom_properties
        if properties["pushed"].int_value:
            folder = os.path.dirname(properties["pushed_destination"].string_value)
            yield folder, properties["pushed_version"].string_value


def _producer(store: MetadataStore, artifact: metadata_store_pb2.Artifact) -> int:
    """Returns the execution that wrote an artifact. Executions that took it from the cache come later."""
    events = store.get_events_by_artifact_ids([artifact.id])
    return min(event.execution_id for event in events if event.type in _OUTPUTS)


def _inputs(store: MetadataStore, execution_id: int, key: str) -> Sequence[metadata_store_pb2.Artifact]:
    events = store.get_events_by_execution_ids([execution_id])
    ids = [
        event.artifact_id
        for event in events
        if event.type == metadata_store_pb2.Event.INPUT and event.path.steps[0].key == key
    ]
    return list(store.get_artifacts_by_id(ids))
