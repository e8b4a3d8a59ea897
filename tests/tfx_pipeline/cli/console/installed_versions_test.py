import platform

import keras

from tfx_pipeline.cli.console import installed_versions


def test_they_are_those_that_the_packages_tell_of_themselves():
    lines = installed_versions.text().splitlines()
    assert [line.split()[0] for line in lines] == ["Tandem", "TFX", "TensorFlow", "Keras", "Python"]
    assert lines[3:] == [f"Keras {keras.__version__}", f"Python {platform.python_version()}"]


def test_what_is_not_installed_is_said(monkeypatch):
    monkeypatch.setattr(installed_versions, "_DISTRIBUTIONS", {"Zebra": "no-such-distribution"})
    assert installed_versions.text().splitlines()[0] == "Zebra is not installed"
