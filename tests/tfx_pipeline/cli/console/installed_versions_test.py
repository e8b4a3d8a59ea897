import subprocess
import sys

import keras

from tfx_pipeline.cli.console import installed_versions


def test_they_are_those_that_the_packages_tell_of_themselves():
    lines = installed_versions.text().splitlines()
    assert [line.split()[0] for line in lines] == ["Tandem", "TFX", "TensorFlow", "Keras", "Python"]
    assert f"Keras {keras.__version__}" in lines
    assert f"Python {'.'.join(map(str, sys.version_info[:3]))}" in lines


def test_what_is_not_installed_is_said(monkeypatch):
    monkeypatch.setattr(
        installed_versions, "_DISTRIBUTIONS", {"Tandem": "tandem-recommender", "Zebra": "no-such-distribution"}
    )
    assert installed_versions.text().splitlines()[1] == "Zebra is not installed"


def test_nothing_is_imported_for_them():
    code = (
        "import sys; from tfx_pipeline.cli.console import installed_versions; installed_versions.text(); "
        "print({'keras', 'tensorflow', 'tfx'} & sys.modules.keys())"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
