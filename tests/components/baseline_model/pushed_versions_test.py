import subprocess
import sys
from pathlib import Path

from components.baseline_model.pushed_versions import all_versions, complete_versions, is_complete, last_pushed_version


def _push(folder: Path, version: str, complete: bool = True) -> None:
    (folder / version / "variables").mkdir(parents=True)
    if complete:
        (folder / version / "saved_model.pb").write_bytes(b"x")


def test_no_folder_no_version(tmp_path):
    assert last_pushed_version(str(tmp_path / "nowhere")) == ""
    assert last_pushed_version(str(tmp_path)) == ""
    assert last_pushed_version("") == ""


def test_newest_by_number_not_by_spelling(tmp_path):
    for version in ("9", "10", "2"):
        _push(tmp_path, version)
    assert last_pushed_version(str(tmp_path)) == "10"


def test_a_version_being_written_is_not_there_yet(tmp_path):
    _push(tmp_path, "1")
    _push(tmp_path, "2", complete=False)
    assert last_pushed_version(str(tmp_path)) == "1"
    assert all_versions(str(tmp_path)) == ["2", "1"] and complete_versions(str(tmp_path)) == ["1"]
    assert is_complete(str(tmp_path), "1")
    assert not is_complete(str(tmp_path), "2")
    assert not is_complete(str(tmp_path), "3")


def test_what_is_no_version_is_passed_over(tmp_path):
    _push(tmp_path, "3")
    _push(tmp_path, "tmp-4")
    (tmp_path / "5").write_bytes(b"a file")
    assert last_pushed_version(str(tmp_path)) == "3"


def test_an_address_of_a_bucket_is_read_through_tensorflow(tmp_path):
    _push(tmp_path, "7")
    _push(tmp_path, "8", complete=False)
    assert last_pushed_version(f"file://{tmp_path}") == "7"


def test_local_folders_are_read_without_importing_tensorflow(tmp_path):
    _push(tmp_path, "1")
    program = (
        "import sys; from components.baseline_model.pushed_versions import last_pushed_version as last; "
        f"print(last({str(tmp_path)!r}), 'tensorflow' in sys.modules)"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False"]
