"""From the ModelSpec of a request to the version that answers it."""

from collections.abc import Iterable
from contextlib import AbstractContextManager

from tensorflow_serving.apis import model_pb2

from serving.local_server.errors import invalid_argument, not_found
from serving.local_server.versions import LoadedVersion, ModelVersions, VersionStatus


class ModelManager:
    """The models of one server, by name."""

    def __init__(self, models: Iterable[ModelVersions]):
        """Takes the models; `start` begins to load them."""
        self._models = {model.name: model for model in models}

    def start(self) -> None:
        """Begins to load every model in the background."""
        for model in self._models.values():
            model.start()

    def stop(self) -> None:
        """Unloads every model."""
        for model in self._models.values():
            model.stop()

    def acquire(self, spec: model_pb2.ModelSpec) -> AbstractContextManager[LoadedVersion]:
        """Holds the version that a request names, or the newest.

        Raises:
            tf.errors.InvalidArgumentError: The spec has no name, or a label that is not set.
            tf.errors.NotFoundError: There is no such model or version.
        """
        if not spec.name:
            raise invalid_argument("ModelSpec has no name specified.")
        if spec.HasField("version_label"):
            raise invalid_argument(f"Unrecognized servable version label: {spec.version_label}")
        version = _version(spec)
        model = self._models.get(spec.name)
        if model is None:
            wish = f"Latest({spec.name})" if version is None else f"Specific({spec.name}, {version})"
            raise not_found(f"Servable not found for request: {wish}")
        return model.acquire(version)

    def status(self, spec: model_pb2.ModelSpec) -> list[VersionStatus]:
        """The versions of a model, newest first; only the one that the spec names, where it names one by number.

        Raises:
            tf.errors.NotFoundError: There is no such model or version.
        """
        version = _version(spec)
        model = self._models.get(spec.name)
        if model is not None:
            return model.status(version)
        wish = "any versions" if version is None else f"version {version}"
        raise not_found(f"Could not find {wish} of model {spec.name}")


def _version(spec: model_pb2.ModelSpec) -> int | None:
    return int(spec.version.value) if spec.HasField("version") else None
