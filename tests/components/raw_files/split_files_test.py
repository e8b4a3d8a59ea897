import pytest
from tfx.types import standard_artifacts

from components.raw_files.split_files import split_files
from tests.support.model_folders import artifact_at
from tests.support.raw_files import write


def test_lists_the_files_of_that_split_in_order_and_refuses_another(tmp_path):
    for split in ("train", "test"):
        (tmp_path / f"Split-{split}").mkdir()
        for name in ("b.gz", "a.gz"):
            write(tmp_path / f"Split-{split}" / name, "")
    examples = [artifact_at(tmp_path, standard_artifacts.Examples)]
    assert split_files(examples, "test") == [str(tmp_path / "Split-test" / name) for name in ("a.gz", "b.gz")]
    with pytest.raises(ValueError, match="eval"):
        split_files(examples, "eval")
