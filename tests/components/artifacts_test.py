"""Where executors find the SavedModel of what another component made."""

import pytest


def model(folder, tmp_path):
    from tfx.types import standard_artifacts

    artifact = standard_artifacts.Model()
    artifact.uri = str(tmp_path)
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "saved_model.pb").touch()
    artifact.set_string_custom_property("tfx_version", "1.16.0")
    return artifact


def test_the_saved_model_of_an_input(tmp_path):
    from components.artifacts import saved_model_dir

    made = model("Format-Serving", tmp_path)
    assert saved_model_dir([made]) == str(tmp_path / "Format-Serving")
    for several in ([], [made, made]):
        with pytest.raises(ValueError, match="expected list length of one"):
            saved_model_dir(several)
