from pathlib import Path

import pytest
import tensorflow as tf

import serving
from serving.local_server.models.served_models import ServedModel, check_labels, read_model_config, served_models
from tests.support.local_servers import refusal

PRESENT = {version: f"/m/{version}" for version in (3, 12, 5)}


def models_of(*entries):
    text = "".join(f"config {{ {entry} }} " for entry in entries)
    return served_models(read_model_config(f"model_config_list {{ {text} }}"))


def entry(rest="", name="m", base_path="/m", platform="tensorflow"):
    return f'name: "{name}" base_path: "{base_path}" model_platform: "{platform}" {rest}'


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        ("", [12]),
        ("model_version_policy { latest {} }", [12]),
        ("model_version_policy { latest { num_versions: 2 } }", [12, 5]),
        ("model_version_policy { all {} }", [12, 5, 3]),
        ("model_version_policy { specific { versions: 3 versions: 4 versions: 5 } }", [5, 3]),
        ("model_version_policy { specific {} }", []),
    ],
)
def test_which_versions_a_policy_wants(policy, wanted, caplog):
    (model,) = models_of(entry(policy))
    assert list(model.policy.wanted(PRESENT).items()) == [(version, f"/m/{version}") for version in wanted]
    assert model.policy.wanted({}) == {}
    warning = "The version policy of model m names no version: none is served"
    assert caplog.messages == ([] if wanted else [warning])


def test_labels_and_several_models():
    first, second = models_of(
        entry('version_labels { key: "stable" value: 3 } version_labels { key: "canary" value: 5 }'),
        entry(name="n", base_path="gs://bucket/n"),
    )
    assert first.labels == {"stable": 3, "canary": 5}
    assert (second.name, second.base_path) == ("n", "gs://bucket/n")


def test_the_config_of_this_room():
    text = (Path(serving.__file__).parent / "deploy" / "models.config").read_text(encoding="utf-8")
    assert served_models(read_model_config(text)) == [ServedModel("online_retail", "/models/online_retail")]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (entry(platform="other"), "Model m requests unsupported platform other"),
        (
            'name: "m" base_path: "/m"',
            "Illegal setting neither ModelServerConfig::model_type (deprecated) nor ModelServerConfig::model_platform.",
        ),
        (
            entry("model_type: TENSORFLOW"),
            "Illegal setting both ModelServerConfig::model_type (deprecated) and ModelServerConfig::model_platform.",
        ),
        ('name: "m" base_path: "/m" model_type: OTHER', "ModelServerConfig::model_type choice 2 not supported."),
    ],
)
def test_models_that_are_refused(entry, message):
    """`tests/conformance/grpc_other_cases.py` has more of them."""
    assert refusal(models_of, entry) == message


def test_other_kinds_of_lists_are_refused():
    config = read_model_config("custom_model_config {}")
    message = refusal(served_models, config, error=tf.errors.FailedPreconditionError)
    assert message == "Only a model_config_list can be served."


REFUSAL = "Request to assign label to version 2 of model m, which is not currently available for inference"


@pytest.mark.parametrize(
    ("available", "current", "allow_unavailable", "refused"),
    [
        ({2}, {}, False, False),
        ({1}, {}, False, True),
        ({1}, {}, True, False),
        ({1}, {"m": {"stable": 1}}, True, True),
        ({1}, {"m": {"stable": 2}}, True, False),
        ({2}, {"m": {"stable": 1}}, False, False),
    ],
)
def test_labels_of_versions_that_are_not_available(available, current, allow_unavailable, refused):
    arguments = [ServedModel("m", "/m", labels={"stable": 2})], {"m": frozenset(available)}, current, allow_unavailable
    if refused:
        assert refusal(check_labels, *arguments, error=tf.errors.FailedPreconditionError) == REFUSAL
    else:
        check_labels(*arguments)
