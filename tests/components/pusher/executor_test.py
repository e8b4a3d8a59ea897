"""Which blessings a push needs, with the real executor and real files."""

from pathlib import Path

import pytest
from tfx.types import standard_artifacts
from tfx.utils import path_utils

from components.baseline_model.pushed_versions import complete_versions
from components.pusher.executor import Executor
from components.pusher.rolled_back import roll_back
from tests.support.model_folders import artifact_at, write_model, write_versions


def blessing(kind, folder, is_blessed):
    artifact = artifact_at(folder, kind)
    artifact.set_int_custom_property("blessed", int(is_blessed))
    return artifact


@pytest.mark.parametrize(
    ("evaluator", "gate", "rules", "is_pushed"),
    [
        (True, True, True, True),
        (True, True, None, True),
        (True, True, False, False),
        (False, True, True, False),
        (True, False, True, False),
    ],
    ids=["all", "without rules", "a rule is better", "the baseline is better", "not servable"],
)
def test_each_blessing_that_there_is_has_to_allow_the_push(tmp_path, evaluator, gate, rules, is_pushed):
    write_model(Path(path_utils.stamped_model_path(str(tmp_path / "gate"))))
    infra = blessing(standard_artifacts.InfraBlessing, tmp_path / "gate", gate)
    infra.set_int_custom_property("has_model", 1)
    inputs = {
        "model_blessing": [blessing(standard_artifacts.ModelBlessing, tmp_path / "evaluator", evaluator)],
        "infra_blessing": [infra],
    }
    if rules is not None:
        inputs["baseline_blessing"] = [blessing(standard_artifacts.ModelBlessing, tmp_path / "rules", rules)]
    pushed = artifact_at(tmp_path / "out", standard_artifacts.PushedModel)
    to = f'{{"filesystem": {{"base_directory": "{tmp_path}/versions"}}}}'
    Executor().Do(inputs, {"pushed_model": [pushed]}, {"push_destination": to})
    assert pushed.get_int_custom_property("pushed") == int(is_pushed)
    assert len(list(Path(tmp_path, "versions").glob("*"))) == int(is_pushed)


def test_a_model_that_was_rolled_back_is_not_pushed_again_until_it_is_brought_back(tmp_path):
    write_model(Path(path_utils.stamped_model_path(str(tmp_path / "gate"))))
    infra = blessing(standard_artifacts.InfraBlessing, tmp_path / "gate", True)
    infra.set_int_custom_property("has_model", 1)
    to = f'{{"filesystem": {{"base_directory": "{tmp_path}/versions"}}}}'
    write_versions(tmp_path / "versions", {"1": "older"})

    def pushed(place):
        artifact = artifact_at(tmp_path / place, standard_artifacts.PushedModel)
        Executor().Do({"infra_blessing": [infra]}, {"pushed_model": [artifact]}, {"push_destination": to})
        told = (artifact.get_string_custom_property(name) for name in ("pushed_version", "rolled_back"))
        return (artifact.get_int_custom_property("pushed"), *told)

    _, version, _ = first = pushed("first")
    assert first == (1, version, "")
    assert roll_back(str(tmp_path / "versions"), "1") == [version]
    assert pushed("second") == (0, "", version)
    assert complete_versions(str(tmp_path / "versions")) == ["1"]
    roll_back(str(tmp_path / "versions"), version)
    assert pushed("third") == (1, version, "")
