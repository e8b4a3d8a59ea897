"""The record of a run, which holds what the metadata store does not: the configuration, and the report or the error.

A record is a JSON file below the run's root. Its name is the last execution before the run, because the metadata store
has no id of a run before its first component starts. The running process holds a lock on the file, so that others can
tell a run that goes on from one that was killed.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tfx_pipeline.config.loading import as_dict
from tfx_pipeline.config.pipeline_config import PipelineConfig

FOLDER = "reports"


@dataclass
class RunRecord:
    """The record of one run.

    Attributes:
        configuration: All fields, as plain values.
        report: The run's report; None if the run did not end well.
        error: Why it failed, in one line; empty if it did not fail, or was interrupted.
        is_locked: Whether the process of the run is still there.
        versions: What made the run: Tandem, the libraries and the code, a line each; empty in an older record.
        memory: The largest memory of each component that ran, in bytes; empty in an older record.
        directory: Where it ran, to which relative paths of its configuration are; empty in an older record.
    """

    configuration: dict[str, Any]
    report: dict[str, Any] | None = None
    error: str = ""
    is_locked: bool = False
    versions: str = ""
    memory: dict[str, int] = field(default_factory=dict)
    directory: str = ""


@contextlib.contextmanager
def recorded(config: PipelineConfig, last_execution_id: int, versions: str = "") -> Iterator[RunRecord]:
    """Keeps the record of a run, which is the block of this context. The block fills in the report.

    Args:
        config: The run's configuration.
        last_execution_id: The newest execution before the run; 0 if there is none.
        versions: What makes the run, a line each.
    """
    record = RunRecord(as_dict(config), versions=versions, directory=os.getcwd())
    path = Path(config.run_root, FOLDER, f"{last_execution_id}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        with contextlib.suppress(OSError):  # The file system may have no locks.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _write(record, file)
        try:
            yield record
        except Exception as error:  # An interruption is no error.
            lines = str(error).strip().splitlines()
            record.error = lines[0] if lines else type(error).__name__
            raise
        finally:
            _write(record, file)


def read_records(root: str) -> dict[int, RunRecord]:
    """The records of all runs of a root, by the last execution before each run."""
    records = {}
    for path in Path(root, FOLDER).glob("[0-9]*.json"):
        with contextlib.suppress(OSError, ValueError), path.open(encoding="utf-8") as file:  # Half written.
            values = json.load(file)
            told = (values["configuration"], values["report"], values["error"])
            newer = (values.get("versions", ""), values.get("memory", {}), values.get("directory", ""))
            record = RunRecord(*told, _is_locked(file), *newer)
            records[int(path.stem)] = record
    return records


def remove_record(root: str, last_execution_id: int) -> None:
    """Removes a run's record, if there is one."""
    Path(root, FOLDER, f"{last_execution_id}.json").unlink(missing_ok=True)


def _write(record: RunRecord, file: Any) -> None:
    file.seek(0)
    file.truncate()
    values = {"configuration": record.configuration, "report": record.report, "error": record.error}
    values |= {"versions": record.versions, "memory": record.memory, "directory": record.directory}
    json.dump(values, file, indent=2)
    file.write("\n")
    file.flush()
    os.fsync(file.fileno())


def _is_locked(file: Any) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    return False
