import pytest

from components.baseline_model.version_to_beat import version_to_beat
from tests.support.model_folders import write_model, write_versions


@pytest.fixture
def pushed(tmp_path):
    """Three versions: 2 and 8 are different models, 9 is the one that is evaluated."""
    return write_versions(tmp_path / "pushed", {"2": "first", "8": "second", "9": "mine"})


def test_without_versions_there_is_none_to_beat(tmp_path):
    assert version_to_beat(str(tmp_path / "nowhere"), str(write_model(tmp_path / "trained"))) == ""


@pytest.mark.parametrize(
    ("graph", "version"), [("new", "9"), ("second", "9"), ("mine", "8")], ids=["new", "an older version", "the newest"]
)
def test_a_model_has_to_beat_the_newest_version_that_is_not_itself(tmp_path, pushed, graph, version):
    assert version_to_beat(pushed, str(write_model(tmp_path / "trained", graph))) == version


@pytest.mark.parametrize("recorded", ["2", ""])
def test_the_newest_version_itself_has_to_beat_what_it_had_to_beat(tmp_path, pushed, recorded):
    asked = []
    model = str(write_model(tmp_path / "trained", "mine"))
    assert version_to_beat(pushed, model, lambda version: asked.append(version) or recorded) == recorded
    assert asked == ["9"]


def test_a_version_that_it_had_to_beat_and_that_is_gone_is_replaced_by_the_next(tmp_path, pushed):
    """It was removed, or rolled back: its folder is not there to be copied."""
    model = str(write_model(tmp_path / "trained", "mine"))
    assert version_to_beat(pushed, model, lambda version: "7") == "8"
