from pathlib import Path

import pytest

from components.baseline_model.same_model import is_same_model


def model(folder: Path, graph: str = "graph", weights: str = "weights") -> Path:
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_text(graph)
    (folder / "variables" / "variables.data").write_text(weights)
    return folder


def test_the_same_files_are_the_same_model(tmp_path):
    assert is_same_model(str(model(tmp_path / "a")), str(model(tmp_path / "b")))


def test_requests_to_warm_it_up_do_not_count(tmp_path):
    pushed = model(tmp_path / "a")
    (pushed / "assets.extra").mkdir()
    (pushed / "assets.extra" / "tf_serving_warmup_requests").write_text("requests")
    assert is_same_model(str(pushed), str(model(tmp_path / "b")))


@pytest.mark.parametrize("change", [{"graph": "other"}, {"weights": "weightS"}])
def test_other_content_is_another_model(tmp_path, change):
    assert not is_same_model(str(model(tmp_path / "a")), str(model(tmp_path / "b", **change)))


def test_a_file_more_is_another_model(tmp_path):
    other = model(tmp_path / "b")
    (other / "assets").mkdir()
    (other / "assets" / "words").write_text("mug")
    assert not is_same_model(str(model(tmp_path / "a")), str(other))
    assert not is_same_model(str(other), str(tmp_path / "a"))
