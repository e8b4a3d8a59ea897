import os
import signal
import subprocess
import sys
import threading

import pytest

from serving.local_server import child_process as subject
from serving.local_server.child_process import child_process, first_line_with, sigterm_as_interrupt

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]


def test_ends_with_the_block_even_if_that_fails():
    with pytest.raises(KeyboardInterrupt), child_process(SLEEP) as process:
        assert process.poll() is None
        raise KeyboardInterrupt
    assert process.returncode == -signal.SIGTERM


def test_leaves_alone_what_has_ended():
    with child_process([sys.executable, "-c", "raise SystemExit(3)"]) as process:
        process.wait(30)
    assert process.returncode == 3


def test_ends_grandchildren_too():
    script = f"import subprocess; p = subprocess.Popen({SLEEP!r}, stdout=-3); print('pid', p.pid, flush=True); p.wait()"
    with child_process([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        grandchild = int(first_line_with(process.stdout, "pid").split()[1])
        os.kill(grandchild, 0)
    process.stdout.close()
    for _ in range(1000):
        if not _is_running(grandchild):
            return
        threading.Event().wait(0.01)
    pytest.fail("the grandchild is still there")


def _is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_kills_what_does_not_listen(monkeypatch):
    monkeypatch.setattr(subject, "_PATIENCE_S", 0.1)
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    with child_process([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert first_line_with(process.stdout, "up") == "up"
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL


def test_first_line_with():
    assert first_line_with(iter(["warning\n", "Serving x\n", "more\n"]), "Serving") == "Serving x"
    assert first_line_with(iter(["warning\n"]), "Serving") == ""


def test_sigterm_leaves_blocks_in_order():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), sigterm_as_interrupt():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before
