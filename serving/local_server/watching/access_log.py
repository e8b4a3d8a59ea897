"""A line for each request: what was asked of which model, and how it went.

A line says nothing of who asked or what was sent. Messages of refusals stay out too, since they quote requests.
"""

import datetime
import json
import sys
import threading
from types import TracebackType
from typing import TextIO

STANDARD_OUTPUT = "-"


class AccessLog:
    """Writes JSON objects to a file or to the standard output, a line each; use it as a context manager."""

    def __init__(self, path: str = ""):
        """Opens the file to append to it; `-` is the standard output, and an empty path writes nothing.

        Raises:
            OSError: The file cannot be opened.
        """
        self._owned = path not in ("", STANDARD_OUTPUT)
        self._stream: TextIO | None = sys.stdout if path == STANDARD_OUTPUT else None
        if self._owned:
            self._stream = open(path, "a", encoding="utf-8", buffering=1)  # noqa: SIM115 closed in __exit__
        self._lock = threading.Lock()

    def write(
        self, entrypoint: str, api: str, model: str, version: int | None, signature: str, status: str, microseconds: int
    ) -> None:
        """Adds a line.

        Args:
            entrypoint: `REST` or `GRPC`.
            api: The method called.
            model: Name in the request.
            version: That answered; None where none did.
            signature: That was called; empty where none was.
            status: Name of the status code.
            microseconds: From the request to the answer.
        """
        if self._stream is None:
            return
        line = {
            "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds"),
            "entrypoint": entrypoint,
            "api": api,
            "model": model,
            "version": version,
            "signature": signature,
            "status": status,
            "microseconds": microseconds,
        }
        with self._lock:
            self._stream.write(json.dumps(line) + "\n")

    def close(self) -> None:
        """Closes the file; what is written after that is lost."""
        with self._lock:
            stream, self._stream = self._stream, None
            if self._owned and stream is not None:
                stream.close()

    def __enter__(self) -> "AccessLog":
        """Gives itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Closes the file."""
        self.close()
