"""Two processes and one root. The other process is a real one."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.own_process import TANDEM
from tests.support.past_runs import PastRuns
from tfx_pipeline.runners import root_lock
from tfx_pipeline.runners.failures import NotReadyError

HOLD = """
import sys
from tfx_pipeline.runners import root_lock
with root_lock.held(sys.argv[1], "tandem run"):
    print("held", flush=True)
    sys.stdin.read()
"""

CHILD = """\
    import os, time
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b".")  # It has let go by now.
        time.sleep(60)
        os._exit(0)
    os.read(reading, 1)
"""
TELL = "    print(child, flush=True)\n"


@contextlib.contextmanager
def holder(root, code=HOLD):
    """Another process that holds the root until its standard input ends."""
    command = [sys.executable, "-c", code, str(root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.stdin.close()


@pytest.fixture
def root(tmp_path):
    return tmp_path / "my runs" / "shop"


def test_a_root_that_another_process_holds_is_refused_with_its_name(root):
    with holder(root) as process:
        with pytest.raises(NotReadyError) as told, root_lock.held(str(root), "tandem index"):
            pass
        assert str(told.value).startswith(f"{root} is in use by tandem run, process {process.pid} of ")
        assert "--set root=FOLDER" in str(told.value)
    with root_lock.held(str(root), "tandem index"):
        pass


def test_a_killed_process_holds_nothing(root):
    with holder(root) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert "tandem run" in (root / root_lock.FILE).read_text()  # It had no time to tidy.
        with root_lock.held(str(root), "tandem run"):
            pass


def test_a_process_may_enter_again_and_lets_go_at_the_outer_end(root, tmp_path):
    with root_lock.held(str(root), "tandem run"):
        with root_lock.held(str(root) + "/.", "tandem run"), root_lock.held(str(tmp_path / "other"), "tandem run"):
            pass
        code = HOLD.replace("with ", "from tfx_pipeline.runners.failures import NotReadyError\nwith ", 1)
        refused = subprocess.run([sys.executable, "-c", code, str(root)], capture_output=True, text=True, check=False)
        assert refused.returncode == 1 and f"in use by tandem run, process {os.getpid()} of " in refused.stderr
    with holder(root):
        pass


def test_a_child_process_that_outlives_a_killed_run_does_not_keep_the_root(root):
    code = HOLD.replace("    print(", f"{CHILD}    print(", 1).replace("    sys.stdin.", f"{TELL}    sys.stdin.")
    with holder(root, code) as process:
        child = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        process.wait()
        try:
            with root_lock.held(str(root), "tandem run"):
                pass
        finally:
            os.kill(child, signal.SIGKILL)


def test_a_child_process_that_has_just_been_forked_does_not_keep_the_root(root):
    with root_lock.held(str(root), "tandem run"):
        # As a child has it open before it lets go.
        shared = [
            os.dup(int(each.name))
            for each in Path("/proc/self/fd").iterdir()
            if each.is_symlink() and os.readlink(each) == str(root / root_lock.FILE)
        ]
    try:
        with holder(root):
            pass
    finally:
        for each in shared:
            os.close(each)


def test_a_bucket_is_not_locked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with root_lock.held("gs://bucket/shop", "tandem run"):
        assert not list(tmp_path.iterdir())


def test_no_artifact_is_removed_while_another_process_works_with_them(root):
    past = PastRuns(root)
    past.begin()
    past.step("ItemCatalog", outputs=["Catalog"])
    command = [*TANDEM, "runs", "remove", "1", "--yes", "--root", str(root)]
    with holder(root):
        told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (1, "")
    assert f"tandem runs: {root} is in use by tandem run, process" in told.stderr


@pytest.mark.parametrize("command", ["run", "index", "tune"])
def test_commands_refuse_at_once_and_write_nothing(root, tmp_path, command):
    (tmp_path / "events.csv").write_text("user_id,timestamp_ms,surface,item_id\nu,1700000000000,recommendation,i\n")
    config = tmp_path / "shop.yaml"
    config.write_text(f"name: shop\nroot: {root}\ndata: {{events: {tmp_path}/events.csv}}\n")
    with holder(root):
        told = subprocess.run([*TANDEM, command, "--config", str(config)], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert f"tandem {command}: {root} is in use by tandem run, process" in told.stderr
    assert [each.name for each in root.iterdir()] == [root_lock.FILE]
