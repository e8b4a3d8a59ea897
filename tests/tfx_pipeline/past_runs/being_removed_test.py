import shutil

import pytest

from tfx_pipeline.past_runs import being_removed


@pytest.fixture
def folder(tmp_path):
    """A folder with one artifact of two files, of 30 and 12 bytes."""
    artifact = tmp_path / "the model" / "7"
    (artifact / "variables").mkdir(parents=True)
    (artifact / "graph").write_bytes(bytes(30))
    (artifact / "variables" / "index").write_bytes(bytes(12))
    return artifact.parent


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_files_and_folders_go_and_what_is_gone_is_no_error(folder):
    (folder / "note").write_text("x")
    assert being_removed.size(str(folder / "7")) == 42 and being_removed.size(str(folder / "note")) == 1
    for name in ("7", "note", "7", "never there"):
        being_removed.remove(str(folder / name))
    assert names(folder) == [] and being_removed.size(str(folder / "7")) == 0


def test_after_an_interruption_nothing_half_is_left_by_its_name_and_the_next_one_ends_it(folder, monkeypatch):
    def stopped(path):
        (folder / "being_removed-7" / "graph").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", stopped)
        with pytest.raises(KeyboardInterrupt):
            being_removed.remove(str(folder / "7"))
    assert names(folder) == ["being_removed-7"]
    being_removed.sweep([folder, folder / "nowhere"])
    assert names(folder) == []


def test_what_has_come_again_by_the_same_name_goes_too(folder):
    shutil.copytree(folder / "7", folder / "being_removed-7")
    being_removed.remove(str(folder / "7"))
    assert names(folder) == []


def test_a_link_goes_and_what_it_leads_to_stays(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    being_removed.remove(str(tmp_path / "link"))
    assert names(folder) == ["7"] and names(tmp_path) == [folder.name]
