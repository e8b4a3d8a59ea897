import os
from pathlib import Path

import pytest

from components.pusher.push import push, rolled_back_as
from components.pusher.rolled_back import NoSuchVersion, roll_back, rolled_back_versions
from tests.support.model_folders import files, write_model, write_versions


@pytest.fixture
def pushed(tmp_path):
    """Four versions, of which the last is half written."""
    return Path(write_versions(tmp_path / "my pushed", {"5": "five", "7": "seven", "9": "nine", "11": None}))


def served(pushed):
    return sorted((int(path.name) for path in pushed.iterdir() if path.name.isdecimal()), reverse=True)


def test_all_that_is_newer_moves_aside_and_keeps_its_number_and_files(pushed):
    assert roll_back(str(pushed), "5") == ["11", "9", "7"]
    assert served(pushed) == [5]
    assert rolled_back_versions(str(pushed)) == ["9", "7"]  # The half written one is no version.
    assert files(pushed / "rolled_back" / "9")["saved_model.pb"] == "nine"


def test_a_version_that_was_taken_back_comes_back_and_others_stay_aside(pushed):
    roll_back(str(pushed), "5")
    assert roll_back(str(pushed), "7") == []
    assert served(pushed) == [7, 5] and rolled_back_versions(str(pushed)) == ["9"]
    # What was pushed since is newer, and is not wanted either.
    write_versions(pushed, {"12": "twelve"})
    assert roll_back(str(pushed), "9") == ["12"]
    assert served(pushed) == [9, 7, 5] and rolled_back_versions(str(pushed)) == ["12"]


def test_the_newest_goes_last_so_that_no_server_turns_to_a_third_version(pushed, monkeypatch):
    seen = []
    rename = os.rename

    def renamed(source, target):
        rename(source, target)
        seen.append(served(pushed)[0])

    monkeypatch.setattr("os.rename", renamed)
    roll_back(str(pushed), "5")
    assert seen == [11, 11, 5]


def test_it_goes_on_after_an_interruption(pushed):
    roll_back(str(pushed), "7")
    assert roll_back(str(pushed), "5") == ["7"]
    assert roll_back(str(pushed), "5") == []
    assert rolled_back_versions(str(pushed)) == ["9", "7"]


def test_a_version_that_is_not_there_is_told_with_those_that_are(pushed):
    roll_back(str(pushed), "7")
    with pytest.raises(NoSuchVersion, match="has no version 6. There are: 5, 7, 9."):
        roll_back(str(pushed), "6")
    assert served(pushed) == [7, 5]


@pytest.mark.parametrize("version", ["../5", "x", "", "rolled_back"])
def test_what_is_no_number_of_a_version_moves_nothing(pushed, version):
    roll_back(str(pushed), "7")
    before = sorted(str(path) for path in pushed.parent.rglob("*"))
    with pytest.raises(NoSuchVersion):
        roll_back(str(pushed), version)
    assert sorted(str(path) for path in pushed.parent.rglob("*")) == before


def test_a_model_is_known_by_its_files(pushed, tmp_path):
    roll_back(str(pushed), "7")
    assert rolled_back_as(str(write_model(tmp_path / "same", "nine")), str(pushed)) == "9"
    assert rolled_back_as(str(write_model(tmp_path / "served", "seven")), str(pushed)) == ""


def test_the_number_of_a_version_that_was_taken_back_is_not_used_again(pushed, tmp_path):
    roll_back(str(pushed), "5")
    # The clock says 6, and 11 was half written.
    assert push(str(write_model(tmp_path / "new", "new")), str(pushed), now_s=6) == "12"
