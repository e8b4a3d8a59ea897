import pytest

from components.servability_gate.gate_config import GateConfig, GateLimits, InfraValidatorConfig


def test_goes_through_an_execution_property():
    config = GateConfig(
        kind="infra_validator",
        limits=GateLimits(rank_p95_ms=0.0),
        infra_validator=InfraValidatorConfig(platform="kubernetes", tags=("2.16.1", "latest")),
    )
    assert GateConfig.from_json(config.to_json()) == config


WARM_UP = "`warm_up_requests` should be from 0 to 50. Received: warm_up_requests="
ONLY_DOCKER = {"platform": "kubernetes", "docker_url": "tcp://here"}
ALL_WARM_UP = (
    "`examples` should be from 1 to 500 with `kind: infra_validator`, which makes warm-up requests of all of them"
)


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        (GateConfig, {"kind": "none"}, "`kind` should be local_server or infra_validator. Received: kind='none'"),
        (GateConfig, {"kind": "infra_validator", "examples": 501}, f"{ALL_WARM_UP}. Received: examples=501"),
        (GateConfig, {"warm_up_requests": -1}, f"{WARM_UP}-1"),
        (GateConfig, {"warm_up_requests": 51}, f"{WARM_UP}51"),
        (GateLimits, {"model_mb": -1}, "`model_mb` should be at least 0. Received: model_mb=-1"),
        (InfraValidatorConfig, {"platform": "podman"}, "`platform` should be docker or kubernetes. Received:"),
        (InfraValidatorConfig, {"tags": ()}, "`image` and `tags` should name at least one image. Received: image="),
        (InfraValidatorConfig, ONLY_DOCKER, "`docker_url` is for `platform: docker`. Received: docker_url='tcp"),
        (InfraValidatorConfig, {"service_account": "x"}, "`service_account` is for `platform: kubernetes`."),
        (InfraValidatorConfig, {"tries": 0}, "`tries` should be at least 1. Received: tries=0"),
    ],
)
def test_refuses_what_cannot_be(kind, settings, message):
    with pytest.raises(ValueError) as caught:
        kind(**settings)
    assert str(caught.value).startswith(message)
