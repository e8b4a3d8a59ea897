"""Each case is a process of its own, whose descriptors are diverted as those of a command are."""

import os
import pty
import re
import signal
import subprocess
import textwrap
from pathlib import Path

import pytest

from tests.support.own_process import python
from tfx_pipeline.console import library_output

DIVERTED = "import os, signal, sys, warnings\nfrom tfx_pipeline.console import library_output\n"
DIVERTED += "stream = library_output.divert('tandem run')\n"
NOISE = "os.write(2, b'E0000 cuda: no device\\n')\n"


def run(code: str, temporary: Path, **options) -> subprocess.CompletedProcess:
    """Diverts into a file of a folder, and goes on with the code."""
    return python(DIVERTED + textwrap.dedent(code), env={**os.environ, "TMPDIR": str(temporary)}, **options)


def kept_file(message: str, temporary: Path) -> str:
    """What the only file holds, whose path the message tells."""
    (path,) = temporary.iterdir()
    assert re.fullmatch(r"tandem-run-\w+\.log", path.name)
    assert str(path) in message
    return path.read_text()


@pytest.mark.parametrize(
    "noise",
    [
        NOISE,
        "import subprocess; subprocess.run(['sh', '-c', 'echo noise >&2'], check=True)\n",
        "warnings.warn('an old Python', FutureWarning)\n",
        "class Ending:\n    def __del__(self): raise ValueError('gone')\nEnding()\n",
    ],
    ids=["C", "a worker process", "a warning", "a destructor"],
)
def test_what_libraries_say_is_not_seen_and_ours_is(noise, tmp_path):
    result = run(noise + "print('ours', file=sys.stderr)\nprint('an answer')", tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "an answer\n", "ours\n")
    assert not list(tmp_path.iterdir())


def test_what_libraries_said_can_be_told_with_a_failure(tmp_path):
    code = NOISE + "warnings.warn('old', FutureWarning)\nprint(library_output.last_lines())"
    assert run(code, tmp_path).stdout == "E0000 cuda: no device\n<string>:5: FutureWarning: old\n"


def test_an_error_of_python_has_its_traceback_and_says_where_the_rest_is(tmp_path):
    result = run(NOISE + "1 / 0", tmp_path)
    traceback, _, pointer = result.stderr.strip().rpartition("\n")
    assert result.returncode == 1
    assert traceback.startswith("Traceback") and traceback.endswith("ZeroDivisionError: division by zero")
    assert pointer.startswith("What libraries said until then: ")
    assert kept_file(pointer, tmp_path) == "E0000 cuda: no device\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT], ids=lambda number: number.name)
def test_nothing_is_lost_when_a_signal_ends_it(number, tmp_path):
    """Nor when a worker that it forked has ended before, which ends for itself alone."""
    code = f"""
        if os.fork() == 0:
            sys.exit()
        os.wait()
        os.write(2, b'F0000 Check failed: a < b\\n')
        os.kill(os.getpid(), {int(number)})
        """
    result = run(code, tmp_path)
    assert result.returncode == -number
    lines = result.stderr.splitlines()
    assert lines[0] == "tandem run: the process was ended from one moment to the next, without an error of its own."
    assert lines[1:3] == ["What libraries said last:", "  F0000 Check failed: a < b"]
    assert kept_file(lines[-1], tmp_path).startswith("F0000 Check failed: a < b\n")


def test_memory_that_ran_out_is_named(tmp_path):
    (tmp_path / "said.log").write_text("W0000 Allocation of 9 GB exceeds 10% of free system memory\n")
    words = library_output.last_words("tandem run", str(tmp_path / "said.log"), for_memory=True)
    assert words.startswith("tandem run: the process was ended because memory ran out. Give the machine more")
    assert "\n  W0000 Allocation of 9 GB" in words and words.endswith(f"All that they said: {tmp_path}/said.log\n")


def test_an_end_in_order_that_skips_that_of_python_is_no_crash(tmp_path):
    result = run(NOISE + "library_output.end_in_order()\nos._exit(1)", tmp_path)
    assert (result.returncode, result.stderr) == (1, "")
    assert not list(tmp_path.iterdir())


def test_without_a_place_for_the_file_everything_is_shown():
    result = python("import tempfile; tempfile.tempdir = '/nowhere'\n" + DIVERTED + NOISE + "print(stream)")
    assert (result.stdout, result.stderr) == ("None\n", "E0000 cuda: no device\n")


def test_a_question_is_seen_on_a_terminal(tmp_path):
    ours, theirs = pty.openpty()
    os.write(ours, b"yes\n")
    result = run("print(f'heard {input(\"Shall I? \")}')", tmp_path, stdin=theirs, stdout=theirs)
    assert result.returncode == 0
    assert re.search(r"Shall I\? .*heard yes", os.read(ours, 4096).decode(), re.DOTALL)
