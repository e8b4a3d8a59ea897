"""Serves a candidate in a process of its own, because a broken graph can crash the process that runs it."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Protocol

import serving
from components.servability_gate.checks.scores import RefusedError
from serving.local_server.child_process import child_process, first_line_with
from serving.local_server.models.warm_up import WARM_UP_FILE

MODEL_NAME = "candidate"
"""What the candidate is called in requests."""
_LAUNCH = "serving.local_server.launch"
_ADDRESSES = re.compile(r"gRPC (\S+), REST http://(\S+)")
_POLL_S = 0.2
_LAST_WORDS = 2000


class ServerEndedError(RefusedError):
    """The server has ended, so nothing more can be asked. The message says why."""


class CandidateServer(Protocol):
    """What the gate needs of a running server."""

    @property
    def grpc_address(self) -> str:
        """Host and port of gRPC."""

    @property
    def rest_address(self) -> str:
        """Host and port of REST."""

    def check_alive(self, patience_s: float = 0.0) -> None:
        """Raises `ServerEndedError` if the server has ended, or ends within `patience_s` seconds."""


Serve = Callable[[str, float], AbstractContextManager[CandidateServer]]
"""Serves the versions below a base path while a `with` block runs, for at most so many seconds."""


class _ServerProcess:
    """A `CandidateServer` in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]", errors: IO[str], timeout_s: float):
        self._process = process
        self._errors = errors
        self._timeout_s = timeout_s
        self._is_late = False
        self.grpc_address = self.rest_address = ""

    def wait_for_addresses(self) -> None:
        """Reads the line that the server prints once its ports are open."""
        assert self._process.stdout is not None
        found = _ADDRESSES.search(first_line_with(self._process.stdout, "Serving "))
        if found:
            self.grpc_address, self.rest_address = found.groups()
            return
        self._process.wait()
        self.check_alive()

    def end_late(self) -> None:
        """Ends the server because its time is over; `check_alive` then says so."""
        self._is_late = True
        self._process.kill()

    def check_alive(self, patience_s: float = 0.0) -> None:
        """See `CandidateServer`.

        Raises:
            ServerEndedError: The server was ended by a signal, or took too long.
            RuntimeError: It ended by itself, which says nothing about the model.
        """
        try:
            code = self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            return
        if self._is_late:
            raise ServerEndedError(
                f"the model had not answered everything after {self._timeout_s:g} s; make it smaller, or raise "
                "`gate.timeout_s`"
            )
        if code < 0:
            raise ServerEndedError(
                f"the model took its server down with {signal.Signals(-code).name}: {self._last_words()}"
            )
        raise RuntimeError(
            f"The servability check could not be carried out: its server ended (exit code {code}): {self._last_words()}"
        )

    def _last_words(self) -> str:
        self._errors.seek(0)
        return self._errors.read().strip()[-_LAST_WORDS:] or "it said nothing"


def serve_candidate(base_path: str, timeout_s: float) -> AbstractContextManager[CandidateServer]:
    """Serves the newest version below a base path on free ports of 127.0.0.1 while a block runs.

    Args:
        base_path: The folder of version folders, which the server polls.
        timeout_s: After so many seconds the server is ended.

    Raises:
        ServerEndedError: The server was ended by a signal, or took too long, before its ports were open.
        RuntimeError: It ended by itself.
    """
    settings = {
        "model_name": MODEL_NAME,
        "model_base_path": base_path,
        "port": 0,
        "rest_api_port": 0,
        "max_num_load_retries": 0,
        "file_system_poll_wait_seconds": _POLL_S,
        "drain_seconds": 0,
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    return server_process([sys.executable, "-m", _LAUNCH, *options, "--until_input_ends"], timeout_s)


@contextlib.contextmanager
def server_process(command: Sequence[str], timeout_s: float) -> Iterator[CandidateServer]:
    """Runs a server in a process of its own; see `serve_candidate`.

    The server sees no accelerator, because the pipeline's own process may hold all of its memory; a model that runs
    without one also runs with one. The server ends when the block is left in any way. If this process is killed, the
    server sees the end of its standard input, and ends.

    Args:
        command: What to run; it prints `Serving ...: gRPC HOST:PORT, REST http://HOST:PORT`.
        timeout_s: After so many seconds it is ended.
    """
    package_root = str(Path(serving.__file__).parent.parent)
    environment = {
        **os.environ,
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3"),  # So its last output is about its end.
        "PYTHONPATH": os.pathsep.join(filter(None, [package_root, os.environ.get("PYTHONPATH")])),
    }
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors,
        child_process(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        server = _ServerProcess(process, errors, timeout_s)
        watchdog = threading.Timer(timeout_s, server.end_late)
        watchdog.start()
        try:
            server.wait_for_addresses()
            yield server
        except BaseException:
            process.kill()  # Nobody waits for its answers any more, and while it loads it would ignore SIGTERM.
            raise
        finally:
            watchdog.cancel()
            watchdog.join()
            for stream in (process.stdin, process.stdout):
                assert stream is not None
                stream.close()


def add_version(model_dir: str, base_path: str, version: int) -> str:
    """Links a model as a version below a base path; the model's own folder is not changed.

    Args:
        model_dir: The folder of the SavedModel.
        base_path: The folder of versions.
        version: Its number.

    Returns:
        The path of the version's warm-up file, which does not exist yet.
    """
    folder = os.path.join(base_path, str(version))
    warm_up_file = os.path.join(folder, WARM_UP_FILE)
    extra = os.path.dirname(WARM_UP_FILE)
    os.makedirs(os.path.dirname(warm_up_file))
    if os.path.isdir(os.path.join(model_dir, extra)):
        shutil.copytree(os.path.join(model_dir, extra), os.path.join(folder, extra), dirs_exist_ok=True)
    # A server takes a folder that holds a graph for complete, so the graph is linked last.
    for name in sorted(os.listdir(model_dir), key=lambda each: each.startswith("saved_model.pb")):
        if name != extra:
            os.symlink(os.path.abspath(os.path.join(model_dir, name)), os.path.join(folder, name))
    return warm_up_file


def folder_mb(model_dir: str) -> float:
    """The size of everything in a folder, in millions of bytes."""
    sizes = (os.path.getsize(os.path.join(path, name)) for path, _, names in os.walk(model_dir) for name in names)
    return sum(sizes) / 1e6
