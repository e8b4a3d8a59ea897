import pytest

from components.artifacts import saved_model_dir
from tests.support.model_folders import artifact_at, write_model


def test_the_saved_model_is_that_of_the_only_artifact_of_an_input(tmp_path):
    write_model(tmp_path / "Format-Serving")
    made = artifact_at(tmp_path)
    made.set_string_custom_property("tfx_version", "1.16.0")
    assert saved_model_dir([made]) == str(tmp_path / "Format-Serving")
    for several in ([], [made, made]):
        with pytest.raises(ValueError, match="expected list length of one"):
            saved_model_dir(several)
