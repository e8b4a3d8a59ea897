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


TRIAL = f"trial=any; . '{ROOT}/constraints/trial.sh'; "


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_a_clone_holds_what_is_changed_and_new_but_not_what_is_ignored(tmp_path):
    tree = tmp_path / "tree"
    tree.mkdir()
    commit = "git init -q . && echo runs > .gitignore && echo 1 | tee kept changed gone && git add -A"
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


@pytest.mark.parametrize(
    ("arguments", "program", "code", "told"),
    [
        # A machine that cannot try a stack has neither passed nor failed.
        ("newer fast", ("id", "echo 1000"), 77, "trixie: not tried here: making a system of its own needs root\n"),
        (
            "older",
            ("python3.10", "exit 1"),
            77,
            "older stack: not tried here: the older stack needs Python 3.10, which was not found\n",
        ),
        ("newer some", ("id", "echo 0"), 1, "TESTS is 'some'; it may be 'all' or 'fast'.\n"),
    ],
)
def test_what_cannot_be_tried_is_told(tmp_path, arguments, program, code, told):
    name, text = program
    (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
    (tmp_path / name).chmod(0o755)
    environment = dict.fromkeys(("HOME", "PYENV_ROOT", "UV_PYTHON_INSTALL_DIR"), str(tmp_path / "empty"))
    environment |= {"PATH": f"{tmp_path}:{os.environ['PATH']}", "TANDEM_ROOTS": str(tmp_path / "roots")}
    result = bash(f"bash '{ROOT}/constraints/test_stack.sh' {arguments}", tmp_path, **environment)
    assert result.returncode == code and result.stdout.endswith(told), result.stdout
