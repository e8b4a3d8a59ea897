import subprocess
import sys
from pathlib import Path

import pytest

from components.baseline_model.pushed_versions import all_versions, complete_versions, is_complete, last_pushed_version
from tests.support.model_folders import write_versions


@pytest.mark.parametrize("scheme", ["", "file://"], ids=["a local folder", "an address, by TensorFlow"])
def test_the_newest_whole_version_by_number_not_by_spelling(tmp_path, scheme):
    assert [last_pushed_version(folder) for folder in (f"{tmp_path}/nowhere", str(tmp_path), "")] == ["", "", ""]
    pushed = scheme + write_versions(tmp_path, {"9": "x", "10": "x", "2": "x", "11": None, "tmp-12": "x"})
    (tmp_path / "13").write_bytes(b"a file")
    assert last_pushed_version(pushed) == "10"
    assert all_versions(pushed) == ["13", "11", "10", "9", "2"]
    assert complete_versions(pushed) == ["10", "9", "2"]
    assert [is_complete(pushed, version) for version in ("10", "11", "12")] == [True, False, False]


def test_local_folders_are_read_without_importing_tensorflow(tmp_path):
    program = (
        "import sys; from components.baseline_model.pushed_versions import last_pushed_version as last; "
        f"print(last({write_versions(tmp_path, {'1': 'x'})!r}), 'tensorflow' in sys.modules)"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False"]
