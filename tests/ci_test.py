"""What CI does where time runs out: tests that have not begun are skipped, the other stack gets what is left."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RUN = ROOT / ".ci" / "run"


@pytest.mark.parametrize(("seconds", "outcome"), [(-1, "skipped"), (600, "passed")])
def test_what_has_not_begun_in_time_is_skipped_and_says_so(seconds, outcome):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        str(ROOT / "tests/schemas/word_splitting_test.py"),
    ]
    environment = os.environ | {"TANDEM_TESTS_BEGIN_BY": str(time.time() + seconds)}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    last = result.stdout.splitlines()[-1]
    assert result.returncode == 0 and outcome in last and len({"skipped", "passed"} & set(last.split())) == 1
    assert ("no time was left to begin it" in result.stdout) == (outcome == "skipped")


@pytest.mark.skipif(not RUN.exists(), reason="there is no checkout")
@pytest.mark.parametrize(
    ("left", "other", "told", "code"),
    [
        (60, "exit 0", "passed", 0),
        (60, "exit 1", "FAILED", 1),
        (60, "exit 77", "NOT TRIED: this machine cannot, see above", 0),
        (1, "sleep 60", "NOT FINISHED: no time was left", 0),
        (0, "exit 1", "NOT FINISHED: no time was left", 0),
    ],
)
def test_the_other_stack_gets_the_time_that_is_left(left, other, told, code, tmp_path):
    for folder in (".ci", "constraints", "bin"):
        (tmp_path / folder).mkdir()
    text = RUN.read_text()
    assert text.count("66 * 60") == 1
    (tmp_path / ".ci" / "run").write_text(text.replace("66 * 60", f"SECONDS + {left}"))
    for name, line in (("bin/make", "exit 0"), ("constraints/test_stack.sh", other)):
        (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / name).chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    bash = shutil.which("bash")
    result = subprocess.run([bash, ".ci/run"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert result.returncode == code
    assert result.stdout.splitlines()[-1] == f"ci: demo and fast tests of the other stack: {told}"
