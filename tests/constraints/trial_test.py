"""What tries a stack on a fresh clone: what is cloned, and how it ends."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IDENTITY = {f"GIT_{who}_{what}": "any" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def bash(script: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=cwd,
        env=os.environ | IDENTITY | environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
    )


TRIAL = f"trial=any; . {ROOT}/constraints/trial.sh; "


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_a_clone_holds_what_is_changed_and_new_but_not_what_is_ignored(tmp_path):
    tree = tmp_path / "tree"
    tree.mkdir()
    commit = (
        "git init -q . && echo runs > .gitignore && echo 1 > kept && echo 1 > changed && echo 1 > gone && git add -A"
    )
    change = "echo 2 > changed; rm gone; echo 3 > 'a new one'; echo 4 > runs"
    clone = TRIAL + f"clone_into {tmp_path}/clone; echo $clone"
    result = bash(f"{commit} && git commit -qm any; {change}; {clone}", tree, TANDEM_ROOTS=str(tmp_path / "roots"))
    assert result.returncode == 0 and result.stdout.endswith("and 3 changed files\n"), result.stdout
    files = {path.name: path.read_text().strip() for path in (tmp_path / "clone").iterdir() if path.is_file()}
    assert files == {".gitignore": "runs", "kept": "1", "changed": "2", "a new one": "3"}


def test_what_comes_after_a_failure_is_tried_too_and_the_failure_counts(tmp_path):
    result = bash(
        TRIAL + 'make_each() { [ "$1" != bad ]; }; try_each "-j2 good" bad good', tmp_path, TANDEM_ROOTS=str(tmp_path)
    )
    assert result.returncode == 1
    assert [line.split(" after")[0] for line in result.stdout.splitlines() if " after " in line] == [
        "any: make -j2 good: passed",
        "any: make bad: FAILED",
        "any: make good: passed",
    ]
    assert result.stdout.endswith("any: failed: bad\n")


def test_a_machine_that_cannot_is_neither_passed_nor_failed(tmp_path):
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "id").chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "TANDEM_ROOTS": str(tmp_path / "roots")}
    result = bash(f"bash {ROOT}/constraints/test_stack.sh newer fast", tmp_path, **environment)
    assert (result.returncode, result.stdout) == (77, "trixie: not tried here: making a system of its own needs root\n")


def test_the_older_stack_is_not_tried_without_its_python(tmp_path):
    (tmp_path / "python3.10").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python3.10").chmod(0o755)
    empty = str(tmp_path / "empty")
    environment = {
        "HOME": empty,
        "PYENV_ROOT": empty,
        "UV_PYTHON_INSTALL_DIR": empty,
        "TANDEM_ROOTS": str(tmp_path / "roots"),
    }
    script = f"PATH={tmp_path}:$PATH bash {ROOT}/constraints/test_stack.sh older"
    result = bash(script, tmp_path, **environment)
    assert result.returncode == 77
    assert "older stack: not tried here: the older stack needs Python 3.10, which was not found\n" in result.stdout


def test_which_tests_is_all_or_fast(tmp_path):
    result = bash(f"bash {ROOT}/constraints/test_stack.sh newer some", tmp_path)
    assert (result.returncode, result.stdout) == (1, "TESTS is 'some'; it may be 'all' or 'fast'.\n")
