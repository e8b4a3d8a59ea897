from pathlib import Path

import pytest
import tensorflow as tf

import serving
from serving.local_server.models.served_models import (
    NEWEST,
    ServedModel,
    VersionPolicy,
    check_labels,
    read_model_config,
    served_models,
)

PRESENT = {version: f"/m/{version}" for version in (3, 12, 5)}


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (NEWEST, [12]),
        (VersionPolicy(latest=2), [12, 5]),
        (VersionPolicy(latest=None), [12, 5, 3]),
        (VersionPolicy(latest=None, versions=frozenset({3, 4, 5})), [5, 3]),
        (VersionPolicy(latest=None, versions=frozenset()), []),
    ],
)
def test_which_versions_a_policy_wants(policy, wanted):
    assert list(policy.wanted(PRESENT).items()) == [(version, f"/m/{version}") for version in wanted]
    assert policy.wanted({}) == {}


def models_of(*entries, served=()):
    text = "".join(f"config {{ {entry} }} " for entry in entries)
    return served_models(read_model_config(f"model_config_list {{ {text} }}"), served)


def entry(rest="", name="m", base_path="/m", platform="tensorflow"):
    return f'name: "{name}" base_path: "{base_path}" model_platform: "{platform}" {rest}'


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("", NEWEST),
        ("model_version_policy { latest {} }", NEWEST),
        ("model_version_policy { latest { num_versions: 2 } }", VersionPolicy(latest=2)),
        ("model_version_policy { all {} }", VersionPolicy(latest=None)),
        (
            "model_version_policy { specific { versions: 3 versions: 5 } }",
            VersionPolicy(latest=None, versions=frozenset({3, 5})),
        ),
    ],
)
def test_policies(text, policy):
    assert models_of(entry(text)) == [ServedModel("m", "/m", policy)]


def test_a_policy_of_no_version_is_a_warning(caplog):
    (model,) = models_of(entry("model_version_policy { specific {} }"))
    assert model.policy.wanted(PRESENT) == {}
    assert "The version policy of model m names no version: none is served" in caplog.text


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
    ("entries", "message"),
    [
        ([entry(), entry()], "Illegal to list model m multiple times in config list"),
        ([entry(base_path="m")], "Expected model m to have an absolute path or URI; got base_path()=m"),
        ([entry(platform="other")], "Model m requests unsupported platform other"),
        (
            ['name: "m" base_path: "/m"'],
            "Illegal setting neither ModelServerConfig::model_type (deprecated) nor ModelServerConfig::model_platform.",
        ),
        (
            [entry("model_type: TENSORFLOW")],
            "Illegal setting both ModelServerConfig::model_type (deprecated) and ModelServerConfig::model_platform.",
        ),
        (['name: "m" base_path: "/m" model_type: OTHER'], "ModelServerConfig::model_type choice 2 not supported."),
    ],
)
def test_configs_that_are_refused(entries, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        models_of(*entries)
    assert caught.value.message == message


def test_a_model_that_is_served_keeps_its_platform():
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        models_of(entry(platform="other"), served={"m"})
    assert caught.value.message == (
        "Illegal to change a model's platform. For model m platform was tensorflow and new platform requested is other"
    )


def test_other_texts_and_kinds_are_refused():
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="Error parsing text-format tensorflow.serving.ModelServer"
    ):
        read_model_config("model_config_list {")
    with pytest.raises(tf.errors.FailedPreconditionError, match="Only a model_config_list can be served."):
        served_models(read_model_config("custom_model_config {}"))


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
    models = [ServedModel("m", "/m", labels={"stable": 2})]
    if not refused:
        check_labels(models, {"m": frozenset(available)}, current, allow_unavailable)
        return
    with pytest.raises(tf.errors.FailedPreconditionError) as caught:
        check_labels(models, {"m": frozenset(available)}, current, allow_unavailable)
    assert caught.value.message == REFUSAL
