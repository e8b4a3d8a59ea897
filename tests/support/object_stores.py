"""Where a cluster keeps artifacts: a folder, or a store that speaks S3."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

GATEWAY = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"
"""A server that keeps the objects of S3 as files of a folder."""
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tandem" / "object_store"
_ACCESS, _SECRET = "tandem", "tandem-secret"
_STARTS_IN_S = 30


class Store(Protocol):
    """Keeps files by their addresses, as Kubeflow's launcher uploads and downloads them."""

    def upload(self, path: Path, address: str) -> None:
        """Puts a file, or all files of a folder, below an address. An empty folder leaves nothing."""

    def download(self, address: str, path: Path) -> None:
        """Gets the file at an address, or all files below it."""


@dataclass(frozen=True)
class FolderStore:
    """Files of a folder, by the addresses' bucket and key."""

    folder: Path

    def upload(self, path: Path, address: str) -> None:
        for source, key in _files(path, address.partition("://")[2]):
            (self.folder / key).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, self.folder / key)

    def download(self, address: str, path: Path) -> None:
        start = self.folder / address.partition("://")[2]
        for source, key in _files(start, ""):
            target = path / key.lstrip("/") if key else path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


class S3Store:
    """A bucket of a server that speaks S3."""

    def __init__(self, port: int):
        from pyarrow import fs

        self._files = fs.S3FileSystem(
            endpoint_override=f"127.0.0.1:{port}",
            scheme="http",
            access_key=_ACCESS,
            secret_key=_SECRET,
            region="us-east-1",
            allow_bucket_creation=True,
        )

    def make_bucket(self, name: str) -> None:
        """Makes a bucket."""
        self._files.create_dir(name)

    def keys(self, bucket: str) -> list[str]:
        """The keys of all objects of a bucket."""
        from pyarrow import fs

        found = self._files.get_file_info(fs.FileSelector(bucket, recursive=True))
        return sorted(each.path for each in found if each.is_file)

    def upload(self, path: Path, address: str) -> None:
        for source, key in _files(path, address.partition("://")[2]):
            with self._files.open_output_stream(key) as out:
                out.write(source.read_bytes())

    def download(self, address: str, path: Path) -> None:
        from pyarrow import fs

        start = address.partition("://")[2]
        info = self._files.get_file_info(start)
        found = [info] if info.is_file else self._files.get_file_info(fs.FileSelector(start, True, True))
        for each in found:
            if each.is_file:
                target = path / os.path.relpath(each.path, start)
                target.parent.mkdir(parents=True, exist_ok=True)
                with self._files.open_input_stream(each.path) as source:
                    target.write_bytes(source.read())


def _files(path: Path, key: str) -> Iterator[tuple[Path, str]]:
    if path.is_file():
        yield path, key
    elif path.is_dir():
        for each in sorted(path.iterdir()):
            yield from _files(each, f"{key}/{each.name}")


def fetched_gateway() -> Path | str:
    """The program of the store, fetched and built by Go where it is not there yet; or what is missing, in words."""
    program = _CACHE / "versitygw"
    if program.exists():
        return program
    if not shutil.which("go"):
        return "the object store is built by Go; not installed: go"
    _CACHE.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["go", "install", GATEWAY], env={**os.environ, "GOBIN": str(_CACHE)}, capture_output=True, text=True
    )
    return program if done.returncode == 0 else f"the object store could not be built: {done.stderr[-500:]}"


@contextlib.contextmanager
def s3_server(folder: Path, program: Path, port: int) -> Iterator[S3Store]:
    """Serves a folder as a store that speaks S3, on loopback."""
    import socket

    (folder / "objects").mkdir(parents=True)
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [str(program), "--port", f"127.0.0.1:{port}", "posix", str(folder / "objects")],
            env={"ROOT_ACCESS_KEY": _ACCESS, "ROOT_SECRET_KEY": _SECRET, "PATH": os.environ["PATH"]},
            stdout=log,
            stderr=log,
        )
        try:
            end = time.monotonic() + _STARTS_IN_S
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                if server.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"the object store did not start: {(folder / 'server.log').read_text()}")
                time.sleep(0.1)
            yield S3Store(port)
        finally:
            server.terminate()
            server.wait()
