"""The wheel, built and installed into an environment of its own, passes the fast tests from a foreign directory."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.wheel, pytest.mark.timeout(1500)]

ROOT = Path(__file__).resolve().parents[2]
CONSTRAINTS = ROOT / "constraints" / ("python3.10.txt" if sys.version_info < (3, 11) else "python3.11.txt")
OVERRIDES = ROOT / "constraints" / "overrides.txt"

ALL_ROOMS = ("schemas", "models", "serving", "components", "tfx_pipeline")
LIGHT_ROOMS = ("schemas", "models/metrics", "tfx_pipeline/cli/asking", "components/raw_files")
"""`make test` runs these on the wheel, for they take a minute; `make test-wheel` runs all fast tests."""
TESTED = ALL_ROOMS if os.environ.get("TANDEM_WHEEL_TESTS") == "all" else LIGHT_ROOMS


def run(*command: object, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["UV_SYSTEM_CERTS"] = "1"  # As constraints/stack.sh says.
    result = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert result.returncode == 0, result.stdout[-5000:]
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    source, out = tmp_path_factory.mktemp("source") / "tandem", tmp_path_factory.mktemp("dist")
    ignored = shutil.ignore_patterns(".git", ".venv", ".tools", "runs", "build", "dist", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, source, ignore=ignored)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, source, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory) -> Path:
    """The interpreter of a clean environment that holds the wheel."""
    uv = shutil.which("uv") or ROOT / ".tools" / "bin" / "uv"
    environment = tmp_path_factory.mktemp("environment") / "venv"
    run(uv, "venv", "--quiet", "--python", sys.executable, environment, cwd=wheel.parent)
    interpreter = environment / "bin" / "python"
    versions = ("--constraint", CONSTRAINTS, "--override", OVERRIDES)
    run(uv, "pip", "install", "--quiet", "--python", interpreter, *versions, f"{wheel}[test]", cwd=wheel.parent)
    return interpreter


def test_the_wheel_holds_the_rooms_and_their_data_and_no_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    rooms = {name.split("/")[0] for name in names if not name.split("/")[0].startswith("tandem_recommender-")}
    assert rooms == {"components", "models", "schemas", "serving", "tfx_pipeline"}
    modules = {path.relative_to(ROOT).as_posix() for room in rooms for path in (ROOT / room).rglob("*.py")}
    assert modules and modules <= set(names)
    assert {"schemas/behaviour.pbtxt", "serving/explore/page/index.html"} <= set(names)
    assert any(name.endswith("share/tandem/configs/online_retail.yaml") for name in names)


def test_the_command_works_in_a_foreign_directory(python, tmp_path):
    assert "COMMAND" in run(python.parent / "tandem", "--help", cwd=tmp_path)


def test_the_fast_tests_pass_on_what_is_installed(python, tmp_path):
    tests = tmp_path / "tests"
    shutil.copytree(ROOT / "tests", tests, ignore=shutil.ignore_patterns("__pycache__", "e2e", "wheel"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    where = run(python, "-c", "import models; print(models.__file__)", cwd=tmp_path)
    assert where.startswith(str(python.parent.parent)), "the wheel is tested, not the checkout"
    folders = [tests / room for room in TESTED]
    output = run(
        python, "-W", "ignore", "-m", "pytest", "-q", "-c", tmp_path / "pyproject.toml", *folders, cwd=tmp_path
    )
    assert " passed" in output
