import pytest
from tfx.types import artifact_utils, standard_artifacts

from components.raw_files.split_files import split_files


@pytest.fixture
def examples(tmp_path):
    for split in ("train", "test"):
        (tmp_path / f"Split-{split}").mkdir()
        for name in ("b.gz", "a.gz"):
            (tmp_path / f"Split-{split}" / name).write_bytes(b"")
    artifact = standard_artifacts.Examples()
    artifact.uri = str(tmp_path)
    artifact.split_names = artifact_utils.encode_split_names(["train", "test"])
    return [artifact]


def test_lists_the_files_of_that_split_in_order_and_refuses_another(examples, tmp_path):
    assert split_files(examples, "test") == [str(tmp_path / "Split-test" / name) for name in ("a.gz", "b.gz")]
    with pytest.raises(ValueError, match="eval"):
        split_files(examples, "eval")
