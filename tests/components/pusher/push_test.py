from pathlib import Path

import pytest

from components.pusher.push import push


@pytest.fixture
def model(tmp_path) -> Path:
    return write(tmp_path / "model", "mine")


def write(folder: Path, graph: str) -> Path:
    (folder / "variables").mkdir(parents=True)
    (folder / "variables" / "data").write_text("weights")
    (folder / "saved_model.pb").write_text(graph)
    return folder


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_the_version_is_the_time(tmp_path, model):
    assert push(str(model), str(tmp_path / "pushed"), now_s=1700) == "1700"
    assert files(tmp_path / "pushed") == {"1700/saved_model.pb": "mine", "1700/variables/data": "weights"}


def test_another_model_gets_a_higher_number_whatever_the_clock_says(tmp_path, model):
    write(tmp_path / "pushed" / "1700", "other")
    assert push(str(model), str(tmp_path / "pushed"), now_s=1700) == "1701"


def test_the_newest_version_is_not_pushed_again(tmp_path, model):
    write(tmp_path / "pushed" / "1700", "mine")
    assert push(str(model), str(tmp_path / "pushed"), now_s=1800) == "1700"
    assert [path.name for path in (tmp_path / "pushed").iterdir()] == ["1700"]


def test_an_older_version_becomes_the_newest_again(tmp_path, model):
    write(tmp_path / "pushed" / "1600", "mine")
    write(tmp_path / "pushed" / "1700", "other")
    assert push(str(model), str(tmp_path / "pushed"), now_s=1800) == "1800"


def test_what_a_stopped_run_has_half_written_is_replaced(tmp_path, model):
    write(tmp_path / "pushed" / "1600", "other")
    (tmp_path / "pushed" / "1500").mkdir()  # Not of the last run: whoever made it may know why.
    (tmp_path / "pushed" / "1700" / "variables").mkdir(parents=True)
    (tmp_path / "pushed" / "1700" / "saved_model.pb.partial").write_text("mi")
    assert push(str(model), str(tmp_path / "pushed"), now_s=1800) == "1800"
    assert sorted(path.name for path in (tmp_path / "pushed").iterdir()) == ["1500", "1600", "1800"]


def test_a_file_that_is_named_like_a_version_stays(tmp_path, model):
    (tmp_path / "pushed").mkdir()
    (tmp_path / "pushed" / "5").write_text("a file")
    assert push(str(model), str(tmp_path / "pushed"), now_s=1800) == "1800"
    assert (tmp_path / "pushed" / "5").read_text() == "a file"
