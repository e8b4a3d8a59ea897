"""The list of models that a server serves: TF Serving's `ModelServerConfig`, checked and as plain objects."""

import logging
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from serving.local_server.wire.statuses import failed_precondition, invalid_argument

LOGGER = logging.getLogger(__name__)

PLATFORM = "tensorflow"
_ABSOLUTE = re.compile(r"/|[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass(frozen=True)
class VersionPolicy:
    """Which of the versions below a base path to serve.

    Attributes:
        latest: How many of the newest versions to serve; None serves `versions`, or all.
        versions: The numbers of the versions to serve; None if the policy names none.
    """

    latest: int | None = 1
    versions: frozenset[int] | None = None

    def wanted(self, present: Mapping[int, str]) -> dict[int, str]:
        """The present versions that the policy wants, newest first."""
        newest_first = sorted(present, reverse=True)
        if self.versions is not None:
            newest_first = [version for version in newest_first if version in self.versions]
        elif self.latest is not None:
            newest_first = newest_first[: self.latest]
        return {version: present[version] for version in newest_first}


NEWEST = VersionPolicy()
"""The default: serve the newest version."""


@dataclass(frozen=True)
class ServedModel:
    """One model of a server.

    Attributes:
        name: The name in requests.
        base_path: The folder that holds the version folders.
        policy: Which versions to load.
        labels: Label to version number.
    """

    name: str
    base_path: str
    policy: VersionPolicy = NEWEST
    labels: Mapping[str, int] = field(default_factory=dict)


def read_model_config(text: str) -> model_server_config_pb2.ModelServerConfig:
    """Parses the text of a model config file.

    Raises:
        tf.errors.InvalidArgumentError: The text is no `ModelServerConfig`.
    """
    try:
        return text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    except text_format.ParseError as error:
        raise invalid_argument(f"Error parsing text-format tensorflow.serving.ModelServerConfig: {error}") from None


def served_models(config: model_server_config_pb2.ModelServerConfig, served: Collection[str] = ()) -> list[ServedModel]:
    """The models of a config.

    Args:
        config: The config.
        served: Names of the models that are served already. Their platform must stay the same.

    Raises:
        tf.errors.FailedPreconditionError: The config is no list of models.
        tf.errors.InvalidArgumentError: A model is listed twice, its base path is relative or its platform unknown.
    """
    if config.WhichOneof("config") == "custom_model_config":
        raise failed_precondition("Only a model_config_list can be served.")
    models: dict[str, ServedModel] = {}
    for each in config.model_config_list.config:
        if each.name in models:
            raise invalid_argument(f"Illegal to list model {each.name} multiple times in config list")
        models[each.name] = ServedModel(each.name, each.base_path, _policy(each), dict(each.version_labels))
    for each in config.model_config_list.config:
        if not _ABSOLUTE.match(each.base_path):
            raise invalid_argument(
                f"Expected model {each.name} to have an absolute path or URI; got base_path()={each.base_path}"
            )
        if "\0" in each.base_path:
            raise invalid_argument(f"The base path of model {each.name} has a character NUL, which no path can have.")
    for each in config.model_config_list.config:
        if each.name in served and each.model_platform not in ("", PLATFORM):
            raise invalid_argument(
                f"Illegal to change a model's platform. For model {each.name} platform was {PLATFORM} "
                f"and new platform requested is {each.model_platform}"
            )
        _check_platform(each)
    return list(models.values())


def check_labels(
    models: Sequence[ServedModel],
    available: Mapping[str, frozenset[int]],
    current: Mapping[str, Mapping[str, int]],
    allow_unavailable: bool,
) -> None:
    """Refuses labels that would send requests to a version that cannot answer them.

    Args:
        models: The models with their new labels.
        available: Model name to the versions that are available now.
        current: Model name to its labels now.
        allow_unavailable: Whether a new label may name a version that is not available.

    Raises:
        tf.errors.FailedPreconditionError: A label names a version that is not available.
    """
    for model in models:
        for label, version in model.labels.items():
            moves = current.get(model.name, {}).get(label, version) != version
            if version not in available.get(model.name, ()) and (moves or not allow_unavailable):
                raise failed_precondition(
                    f"Request to assign label to version {version} of model {model.name}, "
                    "which is not currently available for inference"
                )


def _policy(model: model_server_config_pb2.ModelConfig) -> VersionPolicy:
    policy = model.model_version_policy
    choice = policy.WhichOneof("policy_choice")
    if choice == "all":
        return VersionPolicy(latest=None)
    if choice == "specific":
        if not policy.specific.versions:
            LOGGER.warning("The version policy of model %s names no version: none is served", model.name)
        return VersionPolicy(latest=None, versions=frozenset(policy.specific.versions))
    return VersionPolicy(latest=policy.latest.num_versions or 1)


def _check_platform(model: model_server_config_pb2.ModelConfig) -> None:
    if model.model_type != model_server_config_pb2.MODEL_TYPE_UNSPECIFIED:
        if model.model_platform:
            raise invalid_argument(
                "Illegal setting both ModelServerConfig::model_type (deprecated) and ModelServerConfig::model_platform."
            )
        if model.model_type != model_server_config_pb2.TENSORFLOW:
            raise invalid_argument(f"ModelServerConfig::model_type choice {model.model_type} not supported.")
    elif not model.model_platform:
        raise invalid_argument(
            "Illegal setting neither ModelServerConfig::model_type (deprecated) nor ModelServerConfig::model_platform."
        )
    elif model.model_platform != PLATFORM:
        raise invalid_argument(f"Model {model.name} requests unsupported platform {model.model_platform}")
