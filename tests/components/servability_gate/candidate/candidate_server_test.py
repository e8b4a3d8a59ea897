"""What becomes of a server's process; `executor_test.py` has a real server in one."""

import os
import sys
import threading

import pytest

from components.servability_gate.candidate.candidate_server import (
    ServerEndedError,
    add_version,
    folder_mb,
    server_process,
)
from serving.local_server.models.version_folders import version_folders
from tests.support.rank_models import save_rank_model

UP = "print('noise'); print('Serving m: gRPC 127.0.0.1:1, REST http://127.0.0.1:2', flush=True)"


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_tells_the_addresses_and_ends_with_the_block_however_it_is_left():
    program = f"import os, sys, time; sys.stdout.reconfigure(line_buffering=True); {UP}; time.sleep(60)"
    with pytest.raises(KeyboardInterrupt), server_process(python(program), timeout_s=60) as server:
        assert (server.grpc_address, server.rest_address) == ("127.0.0.1:1", "127.0.0.1:2")
        server.check_alive()
        pid = server._process.pid
        assert is_running(pid)
        raise KeyboardInterrupt
    assert not is_running(pid)
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


def test_its_standard_input_is_a_lifeline():
    """What a killed gate would leave to the server: the end of its input."""
    program = f"import sys; {UP}; sys.stdin.read(); print('gone', file=sys.stderr, flush=True); sys.exit(3)"
    with server_process(python(program), timeout_s=60) as server:
        server._process.stdin.close()
        with pytest.raises(RuntimeError, match=r"its server ended \(exit code 3\): gone"):
            server.check_alive(patience_s=30)


def test_a_model_that_takes_its_server_down_is_refused():
    program = "import os, sys; print('loading', file=sys.stderr, flush=True); os.abort()"
    with (
        pytest.raises(ServerEndedError, match="^the model took its server down with SIGABRT: loading"),
        server_process(python(program), timeout_s=60),
    ):
        pytest.fail("there is no server")
    with server_process(python(f"{UP}; import sys, os; sys.stdin.readline(); os.abort()"), timeout_s=60) as server:
        server._process.stdin.write("go\n")
        server._process.stdin.flush()
        with pytest.raises(ServerEndedError, match="^the model took its server down with SIGABRT: it said nothing"):
            server.check_alive(patience_s=30)


@pytest.mark.parametrize("program", ["import time; time.sleep(60)", f"{UP}; import time; time.sleep(60)"])
def test_a_model_that_never_answers_is_refused(program):
    reason = "the model had not answered everything after 0.5 s; make it smaller, or raise `gate.timeout_s`"
    with pytest.raises(ServerEndedError) as caught, server_process(python(program), timeout_s=0.5) as server:
        server.check_alive(patience_s=30)
    assert str(caught.value) == reason


def test_a_server_that_fails_by_itself_says_nothing_about_the_model():
    with (
        pytest.raises(RuntimeError, match=r"(?s)could not be carried out: its server ended \(exit code 1\): .*missing"),
        server_process(python("raise ImportError('missing')"), timeout_s=60),
    ):
        pytest.fail("there is no server")


def test_the_process_sees_our_packages_and_no_accelerator(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    program = (
        "import os, serving.client.call; gpu = os.environ['CUDA_VISIBLE_DEVICES']; "
        "print(f'Serving m: gRPC {gpu}, REST http://here', flush=True)"
    )
    with server_process(python(program), timeout_s=60) as server:
        assert server.grpc_address == "-1"


def test_a_version_is_the_model_by_links_and_what_it_brings_along(tmp_path):
    model = tmp_path / "model"
    save_rank_model(model)
    (model / "assets.extra").mkdir()
    (model / "assets.extra" / "note").write_text("kept")
    before = sorted(path.relative_to(model) for path in model.rglob("*"))

    file = add_version(str(model), str(tmp_path / "base"), 3)

    assert file == str(tmp_path / "base" / "3" / "assets.extra" / "tf_serving_warmup_requests")
    (tmp_path / "base" / "3" / "assets.extra" / "tf_serving_warmup_requests").write_text("requests")
    version = tmp_path / "base" / "3"
    assert version_folders(str(tmp_path / "base")) == {3: str(version)}
    assert os.readlink(version / "saved_model.pb") == str(model / "saved_model.pb")
    assert (version / "assets.extra" / "note").read_text() == "kept"
    assert (version / "variables" / "variables.index").exists()
    # The trained model's own folder is as it was.
    assert sorted(path.relative_to(model) for path in model.rglob("*")) == before


def test_everything_in_a_folder_counts(tmp_path):
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "one").write_bytes(b"x" * 1_000_000)
    (tmp_path / "deep" / "deeper" / "two").write_bytes(b"x" * 500_000)
    assert folder_mb(str(tmp_path)) == 1.5
