"""What the servability gate asks of a model, and which server answers."""

import dataclasses
import json
from dataclasses import dataclass, field

from schemas import features
from schemas.number_checks import check_least, check_positive

LOCAL_SERVER, INFRA_VALIDATOR = "local_server", "infra_validator"
DOCKER, KUBERNETES = "docker", "kubernetes"
_MOST_WARM_UP_REQUESTS = 50
"""TF Serving takes 1,000 of all signatures together, of which there are fewer than 20."""
_MOST_VALIDATED_EXAMPLES = 500
"""InfraValidator makes a warm-up request of each example, for two signatures at most."""


@dataclass(frozen=True)
class GateLimits:
    """What a model may weigh and take; None sets no limit, and everything is measured and reported all the same.

    Attributes:
        rank_p50_ms: The longest median, in milliseconds, of a `rank` request of one example, over each protocol.
        rank_p95_ms: The longest 95th percentile of the same, in milliseconds. Leave it room on a shared machine, which
            measures times badly.
        model_mb: The largest exported folder, in millions of bytes.
    """

    rank_p50_ms: float | None = None
    rank_p95_ms: float | None = None
    model_mb: float | None = None

    def __post_init__(self) -> None:
        """Refuses what no model could keep to."""
        check_least(self, 0, "rank_p50_ms", "rank_p95_ms", "model_mb")


@dataclass(frozen=True)
class InfraValidatorConfig:
    """How TFX's InfraValidator starts TF Serving itself, where `gate.kind` asks for it.

    Attributes:
        platform: `docker`, on the machine that runs the pipeline, or `kubernetes`, where the pipeline runs inside
            Kubeflow Pipelines.
        image: The server's container image.
        tags: Its tags; the model must run on each.
        docker_url: Address of the Docker daemon; empty for the machine's own.
        service_account: Service account of the server's pod on Kubernetes; empty for that of the pipeline.
        loading_timeout_s: Seconds until the model must be available, at least 1; one that is not is refused.
        tries: How often a validation is tried, the first time included; at least 1.
    """

    platform: str = DOCKER
    image: str = "tensorflow/serving"
    tags: tuple[str, ...] = ("2.16.1",)
    docker_url: str = ""
    service_account: str = ""
    loading_timeout_s: int = 300
    tries: int = 2

    def __post_init__(self) -> None:
        """Refuses what InfraValidator would stumble over in the middle of a run."""
        if self.platform not in (DOCKER, KUBERNETES):
            raise ValueError(f"`platform` should be {DOCKER} or {KUBERNETES}. Received: platform={self.platform!r}")
        if not self.image or not self.tags or not all(self.tags):
            raise ValueError(
                f"`image` and `tags` should name at least one image. Received: image={self.image!r}, tags={self.tags}"
            )
        for name, only in (("docker_url", DOCKER), ("service_account", KUBERNETES)):
            if getattr(self, name) and self.platform != only:
                raise ValueError(
                    f"`{name}` is for `platform: {only}`. Received: {name}={getattr(self, name)!r} with "
                    f"platform={self.platform!r}"
                )
        check_least(self, 1, "loading_timeout_s", "tries")


@dataclass(frozen=True)
class GateConfig:
    """The `gate` section of a pipeline's configuration.

    Attributes:
        kind: Which server tries the model: `local_server`, ours, in a process of its own; or `infra_validator`, TF
            Serving in a container. The second reads only `split`, `examples` and its own section.
        split: The split whose examples are replayed: `train`, `validation` or `test`.
        examples: How many examples are replayed, half of them of each surface if there are enough.
        tolerance: How far the scores of one example may differ between the protocols, between the signatures, and
            between a request for it alone and a request that holds others too.
        limits: The largest size and latencies that are accepted.
        timeout_s: Seconds until everything must be answered; otherwise the model is refused.
        warm_up_requests: How many requests of each signature the model brings along, at most 50. A server replays them
            before it offers the model. 0: the first users warm it up.
        infra_validator: How TF Serving itself is started.
    """

    kind: str = LOCAL_SERVER
    split: str = features.TEST_SPLIT
    examples: int = 64
    tolerance: float = 1e-5
    limits: GateLimits = field(default_factory=GateLimits)
    timeout_s: float = 600.0
    warm_up_requests: int = 3
    infra_validator: InfraValidatorConfig = field(default_factory=InfraValidatorConfig)

    def __post_init__(self) -> None:
        """Refuses a server that there is not, and more requests than a server would replay."""
        if self.kind not in (LOCAL_SERVER, INFRA_VALIDATOR):
            raise ValueError(f"`kind` should be {LOCAL_SERVER} or {INFRA_VALIDATOR}. Received: kind={self.kind!r}")
        check_least(self, 1, "examples")
        check_least(self, 0, "tolerance")
        check_positive(self, "timeout_s")
        if not 0 <= self.warm_up_requests <= _MOST_WARM_UP_REQUESTS:
            raise ValueError(
                f"`warm_up_requests` should be from 0 to {_MOST_WARM_UP_REQUESTS}. "
                f"Received: warm_up_requests={self.warm_up_requests}"
            )
        if self.kind == INFRA_VALIDATOR and not 1 <= self.examples <= _MOST_VALIDATED_EXAMPLES:
            raise ValueError(
                f"`examples` should be from 1 to {_MOST_VALIDATED_EXAMPLES} with `kind: {INFRA_VALIDATOR}`, which "
                f"makes warm-up requests of all of them. Received: examples={self.examples}"
            )

    def to_json(self) -> str:
        """The configuration as JSON, as it stands in an execution property."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "GateConfig":
        """Reads what `to_json` wrote."""
        values = json.loads(text)
        values["limits"] = GateLimits(**values["limits"])
        validator = values["infra_validator"]
        values["infra_validator"] = InfraValidatorConfig(**{**validator, "tags": tuple(validator["tags"])})
        return cls(**values)
