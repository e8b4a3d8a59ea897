"""Writes and reads the file that compares the model with the rules."""

import json
import os
from collections.abc import Mapping
from typing import Any, Final

from apache_beam.io.filesystems import FileSystems

FILE: Final = "metrics.json"


def write_comparison(directory: str, content: Mapping[str, Any]) -> None:
    """Writes the file `metrics.json` into a folder. `compare` says what it holds."""
    with FileSystems.create(os.path.join(directory, FILE)) as stream:
        stream.write((json.dumps(content, indent=2) + "\n").encode())


def read_comparison(directory: str) -> dict[str, Any]:
    """Reads the file of a folder."""
    with FileSystems.open(os.path.join(directory, FILE)) as stream:
        return json.loads(stream.read())
