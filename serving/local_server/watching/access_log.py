"""Writes the access log: a line for each request, with API, model, status and time.

A line does not say who asked or what was sent. It has no error message either, because those quote requests.
"""

import datetime
import json
import sys
import threading
from types import TracebackType
from typing import TextIO

STANDARD_OUTPUT = "-"


class AccessLog:
    """Writes JSON objects, one a line, to a file or to the standard output. Use it as a context manager."""

    def __init__(self, path: str = ""):
        """Opens the file to append to it. `-` is the standard output; an empty path writes nothing.

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
            model: The model's name in the request.
            version: The version that answered; None if none did.
            signature: The signature that was called; empty if none was.
            status: The name of the status code.
            microseconds: The time from the request to the answer.
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
        """Closes the file. Lines that are written after that are lost."""
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
