"""What becomes of a server's process; `executor_test.py` has a real server in one."""

import os
import sys
import threading
from pathlib import Path

import pytest

from components.servability_gate.candidate import candidate_server
from components.servability_gate.candidate.candidate_server import ServerEndedError
from serving.local_server.models.version_folders import version_folders
from tests.support.model_folders import files, write_model

UP = "print('noise'); print('Serving m: gRPC 127.0.0.1:1, REST http://127.0.0.1:2', flush=True)"
SLEEP = "import time; time.sleep(60)"


def run(program: str, timeout_s: float = 60):
    return candidate_server.server_process([sys.executable, "-c", program], timeout_s)


def test_tells_the_addresses_and_ends_with_the_block_however_it_is_left():
    with pytest.raises(KeyboardInterrupt), run(f"{UP}; {SLEEP}") as server:
        assert (server.grpc_address, server.rest_address) == ("127.0.0.1:1", "127.0.0.1:2")
        server.check_alive()
        pid = server._process.pid
        assert Path(f"/proc/{pid}").exists()
        raise KeyboardInterrupt
    assert not Path(f"/proc/{pid}").exists()
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


def test_its_standard_input_is_a_lifeline():
    """What a killed gate would leave to the server: the end of its input."""
    with run(f"import sys; {UP}; sys.stdin.read(); print('gone', file=sys.stderr, flush=True); sys.exit(3)") as server:
        server._process.stdin.close()
        with pytest.raises(RuntimeError, match=r"its server ended \(exit code 3\): gone"):
            server.check_alive(patience_s=30)


LATE = "^the model had not answered everything after 0.5 s; make it smaller, or raise `gate.timeout_s`$"
ABORT = "import os, sys; print('loading', file=sys.stderr, flush=True); os.abort()"


@pytest.mark.parametrize(
    ("program", "error", "reason"),
    [
        (ABORT, ServerEndedError, "^the model took its server down with SIGABRT: loading"),
        (f"{UP}; import os; os.abort()", ServerEndedError, "took its server down with SIGABRT: it said nothing$"),
        (SLEEP, ServerEndedError, LATE),
        (f"{UP}; {SLEEP}", ServerEndedError, LATE),
        # A server that fails by itself says nothing about the model.
        ("raise ImportError('missing')", RuntimeError, r"(?s)its server ended \(exit code 1\): .*missing"),
    ],
    ids=["falls while loading", "falls later", "never loads", "never answers", "cannot start"],
)
def test_a_server_that_ends_says_why(program, error, reason):
    with pytest.raises(error, match=reason), run(program, timeout_s=0.5 if SLEEP in program else 60) as server:
        assert UP in program, "there is no server"
        server.check_alive(patience_s=30)


def test_the_process_sees_our_packages_and_no_accelerator(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    program = (
        "import os, serving.client.call; gpu = os.environ['CUDA_VISIBLE_DEVICES']; "
        "print(f'Serving m: gRPC {gpu}, REST http://here', flush=True)"
    )
    with run(program) as server:
        assert server.grpc_address == "-1"


def test_a_version_is_the_model_by_links_and_what_it_brings_along(tmp_path):
    model, version = tmp_path / "model", tmp_path / "base" / "3"
    write_model(model, **{"assets.extra": "kept"})
    before = files(model)

    file = candidate_server.add_version(str(model), str(tmp_path / "base"), 3)

    assert file == str(version / "assets.extra" / "tf_serving_warmup_requests")
    Path(file).write_text("requests")
    assert version_folders(str(tmp_path / "base")) == {3: str(version)}
    assert os.readlink(version / "saved_model.pb") == str(model / "saved_model.pb")
    assert (version / "assets.extra" / "data").read_text() == "kept"
    assert (version / "variables" / "data").exists()
    # The trained model's own folder is as it was, and everything in a folder counts.
    assert files(model) == before
    write_model(tmp_path / "large", "x" * 1_000_000, variables="x" * 400_000, assets="x" * 100_000)
    assert candidate_server.folder_mb(str(tmp_path / "large")) == 1.5
