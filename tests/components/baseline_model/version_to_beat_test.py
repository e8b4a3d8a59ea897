from pathlib import Path

import pytest

from components.baseline_model.version_to_beat import version_to_beat


@pytest.fixture
def pushed(tmp_path) -> Path:
    """Three versions: 2 and 8 are different models, 9 is the one that is evaluated."""
    for version, graph in (("2", "first"), ("8", "second"), ("9", "mine")):
        (tmp_path / "pushed" / version).mkdir(parents=True)
        (tmp_path / "pushed" / version / "saved_model.pb").write_text(graph)
    return tmp_path / "pushed"


def trained(tmp_path: Path, graph: str) -> str:
    (tmp_path / "trained").mkdir()
    (tmp_path / "trained" / "saved_model.pb").write_text(graph)
    return str(tmp_path / "trained")


def test_without_versions_there_is_none_to_beat(tmp_path):
    assert version_to_beat(str(tmp_path / "nowhere"), trained(tmp_path, "mine")) == ""


def test_a_new_model_has_to_beat_the_newest_version(tmp_path, pushed):
    assert version_to_beat(str(pushed), trained(tmp_path, "new")) == "9"


def test_the_newest_version_itself_has_to_beat_what_it_had_to_beat(tmp_path, pushed):
    asked = []
    model = trained(tmp_path, "mine")
    assert version_to_beat(str(pushed), model, lambda version: asked.append(version) or "2") == "2"
    assert version_to_beat(str(pushed), model, lambda version: "") == ""
    assert asked == ["9"]


def test_where_nobody_knows_that_it_is_the_newest_other_one(tmp_path, pushed):
    assert version_to_beat(str(pushed), trained(tmp_path, "mine")) == "8"


def test_an_older_version_has_to_beat_the_newest(tmp_path, pushed):
    assert version_to_beat(str(pushed), trained(tmp_path, "second")) == "9"
