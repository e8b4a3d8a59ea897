"""Gives the news of a run to a program of the user's."""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any


def call(command: Sequence[str], news: Mapping[str, Any], timeout_s: float) -> str:
    """Calls it with the JSON object on its standard input.

    Args:
        command: The program and its arguments.
        news: The JSON object.
        timeout_s: How many seconds it may take; then it is ended, with what it has started.

    Returns:
        Why it failed, with the last line that it wrote to standard error; empty if it did not.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        return f"it cannot be started: {error.strerror}"
    try:
        _, said = process.communicate(json.dumps(news) + "\n", timeout=timeout_s)
    except subprocess.TimeoutExpired:
        return f"it had not ended after {timeout_s:g} s, and was stopped"
    finally:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if not process.returncode:
        return ""
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")
    return f"it ended with code {process.returncode}{f': {last}' if last else ''}"
