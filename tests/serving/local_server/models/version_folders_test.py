import logging

import pytest

from serving.local_server.models.version_folders import taken_for_pattern, version_folders


def make(base_path, name, file="saved_model.pb"):
    folder = base_path / name
    folder.mkdir()
    if file:
        (folder / file).write_bytes(b"")
    return str(folder)


def test_folders_named_by_whole_numbers(tmp_path):
    one, text = make(tmp_path, "00000123"), make(tmp_path, "7", "saved_model.pbtxt")
    for name in ("latest", "-1", "1.5", "٣", str(2**63)):
        make(tmp_path, name)
    assert version_folders(str(tmp_path)) == {123: one, 7: text}


def test_a_folder_without_its_model_is_not_there_yet(tmp_path):
    make(tmp_path, "1", "variables.index")
    assert version_folders(str(tmp_path)) == {}
    (tmp_path / "1" / "saved_model.pb").write_bytes(b"")
    assert list(version_folders(str(tmp_path))) == [1]


def test_two_names_of_one_number(tmp_path, caplog):
    first = make(tmp_path, "01")
    make(tmp_path, "1")
    with caplog.at_level(logging.WARNING):
        assert version_folders(str(tmp_path)) == {1: first}
    assert "are the same version 1; the latter is ignored" in caplog.text


def test_no_base_path(tmp_path):
    assert version_folders(str(tmp_path / "nowhere")) is None


@pytest.mark.parametrize(
    ("path", "marks"),
    [
        ("/models [v2]/shop", "["),
        ("/models\\shop", "\\"),
        ('/two words/it\'s "so"/é/{a}/]/#1 %41/all*/what?', ""),
    ],
)
def test_what_tensorflow_takes_for_a_pattern(path, marks):
    """`loader_test.py` loads a model from both kinds of folders."""
    why = f"TensorFlow takes {marks} in a path for a pattern, and would find no weights there"
    assert taken_for_pattern(path) == (why if marks else "")
