"""The models of a server: replaces their list, and finds the version that answers a request's ModelSpec."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager

from tensorflow_serving.apis import model_pb2

from serving.local_server.models.freed_memory import give_back
from serving.local_server.models.served_models import ServedModel, check_labels
from serving.local_server.models.versions import LoadedVersion, ModelVersions, VersionStatus
from serving.local_server.wire.statuses import deadline_exceeded, invalid_argument, not_found, unknown

_LOOK_S = 0.5
"""Seconds between two looks whether a client still waits."""


class ModelManager:
    """The models of one server, by name."""

    def __init__(
        self,
        models: Iterable[ModelVersions] = (),
        make: Callable[[ServedModel], ModelVersions] | None = None,
        allow_labels_for_unavailable: bool = False,
    ):
        """Takes the models; `start` begins to load them.

        Args:
            models: The models served from the beginning.
            make: Makes the `ModelVersions` of a model that `serve` adds. Without it `serve` cannot be called.
            allow_labels_for_unavailable: Whether a new label may name a version that is not available.
        """
        self._models = {model.name: model for model in models}
        self._make = make
        self._allow_labels_for_unavailable = allow_labels_for_unavailable
        self._labels: Mapping[str, Mapping[str, int]] = {}
        self._served: set[str] = set(self._models)
        self._changing = threading.Lock()

    def start(self) -> None:
        """Begins to load every model in the background."""
        for model in self._models.values():
            model.start()

    def stop(self) -> None:
        """Unloads every model."""
        for model in self._models.values():
            model.stop()

    def model(self, name: str) -> ModelVersions:
        """The versions of a model that is or was served."""
        return self._models[name]

    def served(self) -> frozenset[str]:
        """The names of the models that are served."""
        return frozenset(self._served)

    def is_served(self, name: str) -> bool:
        """Whether a model of this name is served, or was."""
        return name in self._models

    def serve(self, wanted: Sequence[ServedModel]) -> list[ModelVersions]:
        """Replaces the list of models: sets their labels, changes those that stay, adds new ones, unloads the others.

        Returns:
            The new models, which load in the background.

        Raises:
            tf.errors.FailedPreconditionError: A label names a version that is not available; nothing has changed.
        """
        assert self._make is not None
        with self._changing:
            available = {name: model.available() for name, model in self._models.items()}
            check_labels(wanted, available, self._labels, self._allow_labels_for_unavailable)
            self._labels = {model.name: dict(model.labels) for model in wanted}
            new = []
            for model in wanted:
                if model.name in self._served:
                    self._models[model.name].base_path = model.base_path
                    self._models[model.name].policy = model.policy
                else:
                    new.append(self._make(model))
            gone = self._served - {model.name for model in wanted}
            self._served = {model.name for model in wanted}
            self._models = self._models | {model.name: model for model in new}
        for name in gone:
            # The model's running requests may take long. The rest of the new list does not wait for them.
            threading.Thread(target=_unload, args=[self._models[name]], name=f"unload-{name}", daemon=True).start()
        for each in new:
            each.start()
        return new

    def acquire(self, spec: model_pb2.ModelSpec) -> AbstractContextManager[LoadedVersion]:
        """Holds the version that a request names by number or label, or else the newest.

        Raises:
            tf.errors.InvalidArgumentError: The spec has no name, or an unknown label.
            tf.errors.NotFoundError: There is no such model or version.
        """
        if not spec.name:
            raise invalid_argument("ModelSpec has no name specified.")
        version = _version(spec)
        if spec.HasField("version_label"):
            version = self._labels.get(spec.name, {}).get(spec.version_label)
            if version is None:
                raise invalid_argument(f"Unrecognized servable version label: {spec.version_label}")
        model = self._models.get(spec.name)
        if model is None:
            wish = f"Latest({spec.name})" if version is None else f"Specific({spec.name}, {version})"
            raise not_found(f"Servable not found for request: {wish}")
        return model.acquire(version)

    def status(self, spec: model_pb2.ModelSpec) -> list[VersionStatus]:
        """The versions of a model, newest first. If the spec names a version by number, only that one.

        Raises:
            tf.errors.NotFoundError: There is no such model or version.
        """
        version = _version(spec)
        model = self._models.get(spec.name)
        if model is not None:
            return model.status(version)
        wish = "any versions" if version is None else f"version {version}"
        raise not_found(f"Could not find {wish} of model {spec.name}")


def wait_until_available(
    models: Sequence[ModelVersions], seconds: float = 300.0, is_awaited: Callable[[], bool] = lambda: True
) -> None:
    """Waits until every model has an available version, or has failed.

    Args:
        models: The models.
        seconds: How long to wait for all of them.
        is_awaited: Tells whether anybody still waits.

    Raises:
        tf.errors.UnknownError: A model has failed; the message says why.
        tf.errors.DeadlineExceededError: The time is over, or nobody waits any more. The models go on loading.
    """
    end = time.monotonic() + seconds
    failed = []
    for model in models:
        while True:
            try:
                error = model.wait_until_settled(min(_LOOK_S, max(0.0, end - time.monotonic())))
                break
            except TimeoutError:
                if time.monotonic() >= end or not is_awaited():
                    raise deadline_exceeded(
                        f"Model {model.name} did not become available within {seconds:g} s: {model.what_lacks()}. "
                        "It will be served once it can be; until then, send another list, or mend the path."
                    ) from None
        if error is not None:
            failed.append((model.name, error))
    if failed:
        reasons = "".join(f"{{{name} due to error: {error.message}}}, " for name, error in failed)
        raise unknown(f"{len(failed)} model(s) did not become available: {{{reasons}}}")


def _unload(model: ModelVersions) -> None:
    model.stop()
    give_back()


def _version(spec: model_pb2.ModelSpec) -> int | None:
    return int(spec.version.value) if spec.HasField("version") else None
