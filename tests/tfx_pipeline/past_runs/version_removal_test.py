import subprocess
import sys

import pytest

from components.pusher.rolled_back import roll_back, rolled_back_versions
from tfx_pipeline.past_runs import being_removed, version_removal


@pytest.fixture
def folder(tmp_path):
    """Versions 7 to 12, of a graph of 5 bytes each; 13 is half written."""
    folder = tmp_path / "pushed models"
    for version in range(7, 13):
        (folder / str(version)).mkdir(parents=True)
        (folder / str(version) / "saved_model.pb").write_bytes(b"graph")
    (folder / "13" / "variables").mkdir(parents=True)
    return folder


def removed(folder, keep, stay=()):
    return list(version_removal.plan(str(folder), keep, stay).removed)


def names(folder):
    return sorted((path.name for path in folder.iterdir() if path.name.isdecimal()), key=int)


def test_the_newest_stay_and_so_does_what_is_asked_for(folder):
    assert removed(folder, 0) == removed(folder, 6) == []
    assert removed(folder, 2) == ["10", "9", "8", "7"]
    assert removed(folder, 2, {"9", "12"}) == ["10", "8", "7"]
    old = version_removal.plan(str(folder), 4, ())
    assert old.freed_bytes == 2 * len(b"graph")
    version_removal.remove(old)
    assert names(folder) == ["9", "10", "11", "12", "13"]  # What is just being written is not touched.
    assert removed(folder, 4) == []


def test_after_a_rollback_the_served_version_is_the_newest_and_the_others_stay_aside(folder):
    roll_back(str(folder), "9")
    version_removal.remove(version_removal.plan(str(folder), 2, ()))
    assert names(folder) == ["8", "9"]
    # By them the Pusher knows which models are not to come back.
    assert rolled_back_versions(str(folder)) == ["12", "11", "10"]


def test_a_version_whose_files_another_process_has_open_stays_until_it_has_not(folder):
    code = "import sys; file = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(folder / "8" / "saved_model.pb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"open\n"
        old = version_removal.plan(str(folder), 3, ())
        process.stdin.close()
        process.wait()
    assert (old.removed, old.loading, old.freed_bytes) == (("9", "7"), ("8",), 10)
    assert removed(folder, 3) == ["9", "8", "7"]


def test_an_interrupted_removal_leaves_no_half_version_and_the_next_ends_it(folder, monkeypatch):
    def stopped(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(being_removed.shutil, "rmtree", stopped)
        with pytest.raises(KeyboardInterrupt):
            version_removal.remove(version_removal.plan(str(folder), 5, ()))
    assert names(folder) == ["8", "9", "10", "11", "12", "13"] and (folder / "being_removed-7").is_dir()
    version_removal.remove(version_removal.plan(str(folder), 5, ()))
    assert not (folder / "being_removed-7").exists()


def test_a_folder_that_is_not_there_has_no_versions(tmp_path):
    assert removed(tmp_path / "nowhere", 2) == []
