import os
import re
import shutil

import pytest
from tfx.types import standard_artifacts

from components.warm_start.executor import Executor
from components.warm_start.start_folder import Start, left_by, read_start, write_start
from tests.support.model_folders import artifact_at, files, write_versions

READ = {"transform.context": ["hour"]}


@pytest.fixture
def start(tmp_path):
    """Runs the executor; the folder that a Trainer is given, and what stands in `start.json`."""

    def run(**properties):
        model = artifact_at(tmp_path / "made")
        shutil.rmtree(model.uri, ignore_errors=True)
        examples = artifact_at(tmp_path / "examples", standard_artifacts.Examples)
        told = {
            "pushed_model_dir": str(tmp_path / "pushed"),
            "training": "Trainer",
            "read": '{"transform.context": ["hour"]}',
        }
        Executor().Do({"examples": [examples]}, {"model": [model]}, told | properties)
        made = tmp_path / "made" / "Format-Serving"
        return made, read_start(str(made))

    return run


def test_a_first_run_is_told_that_there_is_no_earlier_model(tmp_path, start):
    made, told = start()
    assert told == Start("Trainer", str(tmp_path / "examples"), "", READ, told.reason)
    assert "pushed has no version yet, so there is no earlier model" in told.reason
    assert [path.name for path in made.iterdir()] == ["start.json"]


def test_it_hands_over_what_the_version_has_left(tmp_path, start):
    pushed = write_versions(tmp_path / "pushed", {"3": "a", "4": "b"})
    for version in ("3", "4"):
        left = left_by(os.path.join(pushed, version), "Trainer")
        write_start(left, Start("Trainer", f"examples of {version}", ""))
        os.makedirs(os.path.join(left, "values"))
        with open(os.path.join(left, "values", "items"), "w") as file:
            file.write(version)
    made, told = start()
    assert told == Start("Trainer", str(tmp_path / "examples"), "4", READ)
    assert files(made)["earlier/values/items"] == "4"
    # What the driver has chosen counts.
    made, told = start(version="3")
    assert (told.version, files(made)["earlier/values/items"]) == ("3", "3")


@pytest.mark.parametrize(
    ("version", "why"),
    [("4", "version 4 in .* was not trained with `warm_start`"), ("3", "version 3 is gone from .*pushed")],
)
def test_it_says_why_a_version_is_none_to_start_from(version, why, tmp_path, start):
    write_versions(tmp_path / "pushed", {"4": "b"})
    made, told = start(version=version)
    assert re.search(why, told.reason)
    assert told.version == version and not (made / "earlier").exists()
