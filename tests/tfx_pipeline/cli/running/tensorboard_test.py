import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.support import tiny_logs
from tfx_pipeline.cli.main import main
from tfx_pipeline.config.pipeline_config import load_config

PATIENCE_S = 120.0


@pytest.fixture
def config(tmp_path):
    return str(tiny_logs.write(tmp_path))


@pytest.fixture
def started(config):
    """A `tandem tensorboard` of its own process; its first line, and the address in it."""
    command = [sys.executable, "-W", "ignore", "-m", "tfx_pipeline.cli.main", "tensorboard", "--config", config]
    process = subprocess.Popen(
        [*command, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        line = process.stdout.readline()
        yield process, line, re.search(r"http://\S+/", line).group()
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def log_a_scalar(folder):
    code = (
        "import sys; from tensorboard.summary import Writer\n"
        "writer = Writer(sys.argv[1]); writer.add_scalar('loss', 0.5, 1); writer.close()"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code, folder], check=True, capture_output=True)


def runs(address):
    with urllib.request.urlopen(f"{address}data/runs") as answer:
        return json.load(answer)


def until(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.2)


def processes_with(text):
    """Those whose command line holds the text."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if text in path.read_text(errors="replace"):
                found.append(int(path.parent.name))
        except OSError:  # It ended meanwhile.
            continue
    return [each for each in found if each != os.getpid()]


def test_it_says_where_it_is_and_follows_a_training_that_begins_later(config, started):
    process, line, address = started
    folder = load_config(config).tensorboard_dir
    note = ", where nothing is yet; a training writes there"
    assert line == f"TensorBoard at {address} shows {folder}{note} (Ctrl-C ends it)\n"
    assert runs(address) == []
    log_a_scalar(f"{folder}/5/train")
    until(lambda: runs(address) == ["5/train"])
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=PATIENCE_S) == ("", "")
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_it(number, config, started):
    process, _, _ = started
    folder = load_config(config).tensorboard_dir
    process.send_signal(number)
    process.wait(timeout=PATIENCE_S)
    until(lambda: not processes_with(folder) and not processes_with(config))


def test_a_taken_port_is_told_with_one_that_is_free(config, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["tensorboard", "--config", config, "--port", str(port)]) == 1
    told = re.fullmatch(
        rf"tandem tensorboard: port {port} of 127\.0\.0\.1 is taken\. --port (\d+) is free\.\n", capsys.readouterr().err
    )
    with socket.socket() as offered:
        offered.bind(("127.0.0.1", int(told.group(1))))


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_what_is_no_port_is_refused(port, config, capsys):
    assert main(["tensorboard", "--config", config, f"--port={port}"]) == 2
    assert f"argument --port: should be a whole number from 0 to 65535, not '{port}'" in capsys.readouterr().err
