import os

import pytest

from components.pusher.rolled_back import roll_back
from components.warm_start.start_folder import Start, left_by, write_start
from components.warm_start.version_to_start_from import version_to_start_from
from tests.support.model_folders import write_versions


@pytest.fixture
def pushed(tmp_path):
    """Three versions: 3 began anew on Monday, 4 on Tuesday from 3, 5 on Wednesday from 4."""
    folder = write_versions(tmp_path / "pushed", {"3": "a", "4": "b", "5": "c"})
    for version, examples, start in (("3", "monday", ""), ("4", "tuesday", "3"), ("5", "wednesday", "4")):
        write_start(left_by(os.path.join(folder, version), "Trainer"), Start("Trainer", examples, start))
    return folder


def test_a_training_starts_from_the_newest_version(pushed):
    assert version_to_start_from(pushed, "Trainer", "thursday") == "5"


def test_a_repeated_one_starts_where_it_had_started(pushed):
    assert version_to_start_from(pushed, "Trainer", "wednesday") == "4"


def test_the_first_version_had_none_to_start_from(tmp_path):
    folder = str(tmp_path / "pushed")
    assert version_to_start_from(folder, "Trainer", "monday") == ""
    write_versions(tmp_path / "pushed", {"3": "a"})
    write_start(left_by(os.path.join(folder, "3"), "Trainer"), Start("Trainer", "monday", ""))
    assert version_to_start_from(folder, "Trainer", "monday") == ""
    # What another training of the same model has left says nothing of this one.
    assert version_to_start_from(folder, "RetrieverTrainer", "monday") == "3"


def test_a_version_that_was_rolled_back_is_not_started_from(pushed):
    roll_back(pushed, "4")
    assert version_to_start_from(pushed, "Trainer", "thursday") == "4"
    # The training whose model was taken back is the same again, and cached: it is not pushed twice.
    assert version_to_start_from(pushed, "Trainer", "wednesday") == "4"


def test_a_version_that_is_half_is_not_started_from(pushed):
    os.remove(os.path.join(pushed, "5", "saved_model.pb"))
    assert version_to_start_from(pushed, "Trainer", "thursday") == "4"
