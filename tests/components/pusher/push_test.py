from pathlib import Path

import pytest

from components.pusher.push import push
from tests.support.model_folders import files, write_model, write_versions


@pytest.fixture
def pushed(tmp_path) -> Path:
    return tmp_path / "pushed"


@pytest.fixture
def push_mine(tmp_path, pushed):
    """Pushes a model whose graph is `mine`; it gives the version back."""
    model = write_model(tmp_path / "model", "mine")
    return lambda now_s: push(str(model), str(pushed), now_s)


@pytest.mark.parametrize(
    ("versions", "now_s", "version"),
    [
        ({}, 1700, "1700"),
        ({"1700": "other"}, 1700, "1701"),
        ({"1700": "mine"}, 1800, "1700"),
        ({"1600": "mine", "1700": "other"}, 1800, "1800"),
    ],
    ids=["the time", "a higher number", "not pushed again", "an older one becomes the newest"],
)
def test_only_a_model_that_is_not_the_newest_becomes_a_version(push_mine, pushed, versions, now_s, version):
    write_versions(pushed, versions)
    assert push_mine(now_s) == version
    assert {path.name for path in pushed.iterdir()} == {*versions, version}
    assert files(pushed / version) == {"saved_model.pb": "mine", "variables/data": "weights"}


def test_what_a_stopped_run_has_half_written_is_replaced(push_mine, pushed):
    # The first is not of the last run: whoever made it may know why.
    write_versions(pushed, {"1500": None, "1600": "other", "1700": None})
    (pushed / "1700" / "saved_model.pb.partial").write_text("mi")
    (pushed / "1750").write_text("a file that is named like a version")
    assert push_mine(1800) == "1800"
    assert sorted(path.name for path in pushed.iterdir()) == ["1500", "1600", "1750", "1800"]
    assert (pushed / "1750").is_file()
