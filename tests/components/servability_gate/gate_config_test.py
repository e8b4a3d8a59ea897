import pytest

from components.servability_gate.gate_config import GateConfig, GateLimits, InfraValidatorConfig


def test_our_server_replays_the_test_split_and_sets_no_limits_by_default():
    assert (GateConfig().kind, GateConfig().split) == ("local_server", "test")
    assert GateConfig().limits == GateLimits(None, None, None)


def test_goes_through_an_execution_property():
    config = GateConfig(
        kind="infra_validator",
        limits=GateLimits(rank_p95_ms=0.0),
        infra_validator=InfraValidatorConfig(platform="kubernetes", tags=("2.16.1", "latest")),
    )
    assert GateConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize("requests", [-1, 51])
def test_no_more_requests_than_a_server_replays(requests):
    with pytest.raises(
        ValueError, match=f"`warm_up_requests` should be from 0 to 50. Received: warm_up_requests={requests}"
    ):
        GateConfig(warm_up_requests=requests)


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        (GateConfig, {"kind": "none"}, "`kind` should be local_server or infra_validator. Received: kind='none'"),
        (
            GateConfig,
            {"kind": "infra_validator", "examples": 501},
            "`examples` should be from 1 to 500 with `kind: infra_validator`, which makes warm-up requests of all of "
            "them. Received: examples=501",
        ),
        (GateLimits, {"model_mb": -1}, "`model_mb` should be at least 0. Received: model_mb=-1"),
        (
            InfraValidatorConfig,
            {"platform": "podman"},
            "`platform` should be docker or kubernetes. Received: platform='podman'",
        ),
        (InfraValidatorConfig, {"tags": ()}, "`image` and `tags` should name at least one image. Received: image="),
        (
            InfraValidatorConfig,
            {"platform": "kubernetes", "docker_url": "tcp://here"},
            "`docker_url` is for `platform: docker`. Received: docker_url='tcp://here' with platform='kubernetes'",
        ),
        (
            InfraValidatorConfig,
            {"service_account": "runner"},
            "`service_account` is for `platform: kubernetes`. Received: service_account='runner' with ",
        ),
        (InfraValidatorConfig, {"tries": 0}, "`tries` should be at least 1. Received: tries=0"),
    ],
)
def test_refuses_what_cannot_be(kind, settings, message):
    with pytest.raises(ValueError) as caught:
        kind(**settings)
    assert str(caught.value).startswith(message)
