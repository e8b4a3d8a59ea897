import contextlib
import json
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from serving.local_server.child_process import child_process
from tests.support.own_process import TANDEM, python
from tfx_pipeline.config.pipeline_config import load_config

PATIENCE_S = 120.0


@pytest.fixture
def started(tiny):
    """A `tandem tensorboard` of its own process; its first line, and the address in it."""
    command = [*TANDEM, "tensorboard", "--config", tiny, "--port", "0"]
    with child_process(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        line = process.stdout.readline()
        yield process, line, re.search(r"http://\S+/", line).group()


def until(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.2)


def command_lines():
    """Those of all processes."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # It may end meanwhile.
            yield path.read_text(errors="replace")


def test_it_says_where_it_is_and_follows_a_training_that_begins_later(tiny, started):
    process, line, address = started
    folder = load_config(tiny).tensorboard_dir
    note = ", where nothing is yet; a training writes there"
    assert line == f"TensorBoard at {address} shows {folder}{note} (Ctrl-C ends it)\n"

    def runs():
        with urllib.request.urlopen(f"{address}data/runs") as answer:
            return json.load(answer)

    assert runs() == []
    log_a_scalar = """
        import sys; from tensorboard.summary import Writer
        writer = Writer(sys.argv[1]); writer.add_scalar('loss', 0.5, 1); writer.close()
        """
    assert python(log_a_scalar, f"{folder}/5/train").returncode == 0
    until(lambda: runs() == ["5/train"])
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=PATIENCE_S) == ("", "")
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_it(number, tmp_path, started):
    process, _, _ = started
    process.send_signal(number)
    process.wait(timeout=PATIENCE_S)
    until(lambda: not any(str(tmp_path) in line for line in command_lines()))


def test_a_taken_port_is_told_with_one_that_is_free(tiny, tandem, taken_port):
    error = tandem("tensorboard", "--config", tiny, "--port", taken_port, code=1).err
    start = f"tandem tensorboard: port {taken_port} of 127.0.0.1 is taken. "
    free = re.fullmatch(rf"{re.escape(start)}--port (\d+) is free\.\n", error).group(1)
    with socket.socket() as offered:
        offered.bind(("127.0.0.1", int(free)))
