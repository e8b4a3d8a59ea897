"""What the containers of a compiled pipeline get from their cluster."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from schemas.number_checks import check_least

_QUANTITY: Final = re.compile(r"\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?")
"""An amount as Kubernetes writes it."""
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class ContainerConfig:
    """What a container asks for.

    Attributes:
        cpu: Cores that it may use, and that are kept for it, such as `4` or `500m`. Empty: what the cluster gives.
        memory: The same of memory, such as `8Gi`.
        gpus: How many GPUs.
        gpu_resource: By which name the cluster knows its GPUs.
        node_selector: Labels that its machine must have.
        tolerated_taints: Keys of taints that do not keep it off a machine, such as `nvidia.com/gpu`.
    """

    cpu: str = ""
    memory: str = ""
    gpus: int = 0
    gpu_resource: str = "nvidia.com/gpu"
    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerated_taints: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuses amounts that Kubernetes does not know."""
        check_least(self, 0, "gpus")
        for name in ("cpu", "memory"):
            if getattr(self, name) and not _QUANTITY.fullmatch(getattr(self, name)):
                raise ValueError(
                    f"`{name}` should be an amount as Kubernetes writes it, such as 4, 500m or 8Gi. "
                    f"Received: {name}={getattr(self, name)!r}"
                )


@dataclass(frozen=True)
class KubeflowConfig:
    """How the pipeline runs on Kubeflow. docs/kubeflow.md shows it.

    Attributes:
        image: The container image that holds Tandem and all that it needs.
        volume_claim: The volume claim that holds `root`, and logs that do not lie in a store. Many containers read and
            write it, one after another and at the same time.
        volume_path: Where the containers mount it, such as `/mnt/tandem`. `root` lies there.
        retries: How often a task that failed is tried again. What has an error fails each time; what lost its machine
            goes on, a training where it stopped.
        retry_after_s: Seconds until it is tried again. They double each time, up to an hour.
        secret_variables: Environment variables of all containers, each with the secret and its key that it is read
            from, such as `TANDEM_WEBHOOK: hooks/url`.
        image_pull_secret: The secret by which the image is pulled.
        containers: What each container asks for.
        training: What those that train ask for, in place of it; the empty says that of `containers`.
    """

    image: str = "tandem-recommender:latest"
    volume_claim: str = ""
    volume_path: str = ""
    retries: int = 0
    retry_after_s: int = 60
    secret_variables: Mapping[str, str] = field(default_factory=dict)
    image_pull_secret: str = ""
    containers: ContainerConfig = ContainerConfig()
    training: ContainerConfig = ContainerConfig()

    def __post_init__(self) -> None:
        """Refuses half a volume, and secrets that are none."""
        check_least(self, 0, "retries", "retry_after_s")
        if bool(self.volume_claim) != bool(self.volume_path):
            raise ValueError(
                "`volume_claim` and `volume_path` belong together: which volume, and where it is mounted. "
                f"Received: volume_claim={self.volume_claim!r}, volume_path={self.volume_path!r}"
            )
        if self.volume_path and posixpath.normpath(self.volume_path) in (".", "/", "/gcs", "/minio", "/s3", "/tmp"):
            raise ValueError(f"`volume_path` should be a folder of its own. Received: {self.volume_path!r}")
        if self.volume_path and not self.volume_path.startswith("/"):
            raise ValueError(f"`volume_path` should begin with a slash. Received: {self.volume_path!r}")
        for variable, source in self.secret_variables.items():
            if not _VARIABLE.fullmatch(variable) or not all(source.partition("/")):
                raise ValueError(
                    "`secret_variables` wants lines such as `TANDEM_WEBHOOK: hooks/url`, a variable, and the secret "
                    f"and its key that it is read from. Received: {variable}: {source!r}"
                )
