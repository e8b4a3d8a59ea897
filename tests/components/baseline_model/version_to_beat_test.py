import pytest

from components.baseline_model.version_to_beat import version_to_beat
from tests.support.model_folders import write_model, write_versions


@pytest.mark.parametrize(
    ("graph", "version"), [("new", "9"), ("second", "9"), ("mine", "8")], ids=["new", "an older version", "the newest"]
)
def test_a_model_has_to_beat_the_newest_version_that_is_not_itself(tmp_path, graph, version):
    """`driver_test.py` has what the newest version itself had to beat."""
    pushed = write_versions(tmp_path / "pushed", {"2": "first", "8": "second", "9": "mine"})
    model = str(write_model(tmp_path / "trained", graph))
    assert version_to_beat(pushed, model) == version
    assert version_to_beat(str(tmp_path / "nowhere"), model) == ""
