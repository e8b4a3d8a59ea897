"""Which blessings a push needs, with the real executor and real files."""

from pathlib import Path

import pytest
from tfx.types import standard_artifacts
from tfx.utils import path_utils

from components.pusher.executor import Executor
from tests.support.model_folders import artifact_at, write_model


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
