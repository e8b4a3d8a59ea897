import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tfx_pipeline.hooks import hook_command

NEWS = {"name": "Läden", "state": "failed"}


def python(code, *arguments):
    return [sys.executable, "-c", code, *arguments]


def test_the_program_gets_the_object_and_its_arguments_as_they_are(tmp_path):
    out = tmp_path / "a file; $(HOME)"
    code = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())"
    assert hook_command.call(python(code, str(out)), NEWS, 60) == ""
    assert json.loads(out.read_text()) == NEWS


def test_a_program_that_does_not_read_has_been_told_too():
    assert hook_command.call(["true"], {"text": "x" * 1_000_000}, 60) == ""


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import sys; print('first', file=sys.stderr); sys.exit('no mail server\\n')", "with code 1: no mail server"),
        ("import sys; sys.exit(7)", "with code 7"),
        ("import sys; sys.stderr.buffer.write(b'\\xff\\n'); sys.exit(2)", "with code 2: \ufffd"),
    ],
)
def test_why_it_failed_is_told(code, why):
    assert hook_command.call(python(code), NEWS, 60) == f"it ended {why}"


def test_a_program_that_is_not_there_or_may_not_be_called(tmp_path):
    assert hook_command.call([str(tmp_path / "nothing")], NEWS, 60) == (
        "it cannot be started: No such file or directory"
    )
    assert hook_command.call([str(tmp_path)], NEWS, 60) == "it cannot be started: Permission denied"


def test_one_that_does_not_end_is_stopped_with_what_it_has_started(tmp_path):
    file = tmp_path / "child"
    command = ["sh", "-c", 'sleep 600 & echo $! > "$0"; wait', str(file)]
    assert hook_command.call(command, NEWS, 3) == "it had not ended after 3 s, and was stopped"
    child = file.read_text().strip()
    for _ in range(1000):  # The kernel takes a moment.
        if not _runs(child):
            return
        time.sleep(0.01)
    os.kill(int(child), signal.SIGKILL)
    pytest.fail("what it has started goes on")


def _runs(process):
    try:
        return Path("/proc", process, "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
