"""Tells in a second, without TFX, whether a run would only repeat the last one.

A run leaves a note of its inputs and of what it left behind. If both are unchanged, TFX would take every component from
its cache, and the report would be the same. Only then the pipeline is not even assembled. In all other cases TFX
decides, component by component.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from components.baseline_model.pushed_versions import complete_versions
from components.raw_files.fingerprint import ABSENT, fingerprint
from components.raw_files.refusal import DataError
from components.sources.adapter import adapter
from tfx_pipeline.config.loading import as_dict
from tfx_pipeline.config.pipeline_config import PipelineConfig

_ROOMS = ("components", "models", "schemas", "serving", "tfx_pipeline")
"""The rooms whose code a run executes. The servability gate runs the server and the client of `serving`."""
_INPUTS, _LEFT, _REPORT = "inputs", "left", "report"


def digest_of_inputs(config: PipelineConfig, versions: str) -> str:
    """Digests the inputs of a run: the configuration, the data's contents, our code and the libraries' versions.

    Args:
        config: The configuration.
        versions: The installed libraries and their versions, as text.

    Returns:
        A hexadecimal digest. It is empty if the run is not to be compared with another: if the cache is off, or if its
        results or its data are not on this machine.
    """
    try:
        files = adapter(config.data.source).source_files(config.data)
        paths = [*files.event_files, *files.item_files, *files.candidate_files, *files.user_files]
        paths += files.pretraining_files
    except DataError:  # The run says what is missing.
        return ""
    if not config.enable_cache or any("://" in path for path in (config.run_root, config.pushed_model_dir, *paths)):
        return ""
    data = fingerprint(lambda: paths)
    told = json.dumps([as_dict(config), os.path.abspath(config.pushed_model_dir), paths, data, versions, code_digest()])
    return "" if data == ABSENT else hashlib.sha256(told.encode()).hexdigest()


def write(config: PipelineConfig, digest: str, report: dict[str, Any]) -> None:
    """Writes the note of a run that has ended.

    Args:
        config: The configuration. The note lies in its `run_root`.
        digest: The digest of the inputs, from before the run. If it is empty, there will be no note.
        report: The run's report.
    """
    path = _path(config)
    path.unlink(missing_ok=True)
    if digest:
        note = {_INPUTS: digest, _LEFT: _left(config), _REPORT: report}
        path.write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")


def repeated_report(config: PipelineConfig, digest: str) -> dict[str, Any] | None:
    """The report of a run that would only repeat the last one; None if something has changed.

    Args:
        config: The configuration.
        digest: The digest of the present inputs.
    """
    try:
        note = json.loads(_path(config).read_text(encoding="utf-8"))
        is_repeated = bool(digest) and note[_INPUTS] == digest and note[_LEFT] == _left(config)
        report: dict[str, Any] = note[_REPORT]
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error):  # No note, or another release's.
        return None
    if not is_repeated:
        return None
    models = {
        name: {**model, "outcome": "unchanged" if model["outcome"] == "pushed" else model["outcome"]}
        for name, model in report["models"].items()
    }
    return {**report, "ran": [], "cached": [*report["ran"], *report["cached"]], "models": models}


def _path(config: PipelineConfig) -> Path:
    return Path(config.run_root) / "last_run.json"


def _left(config: PipelineConfig) -> dict[str, Any]:
    """What the last run left: the newest execution, the artifacts' folders, the pushed versions and their files."""
    with sqlite3.connect(f"{Path(config.metadata_path).as_uri()}?mode=ro", uri=True) as store:
        ((last_execution,),) = store.execute("SELECT MAX(id) FROM Execution")
    return {
        "last_execution": last_execution,
        "artifacts": sorted(str(path) for path in Path(config.pipeline_root).glob("*/*/*")),
        "pushed": {
            served.name: {
                version: [list(each) for each in _files(Path(served.pushed_model_dir) / version)]
                for version in complete_versions(served.pushed_model_dir)
            }
            for served in config.served_models
        },
    }


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    """The path, size and modification time of each file below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            state = path.stat()
            yield str(path.relative_to(folder)), state.st_size, state.st_mtime_ns


def code_digest() -> str:
    """A digest of all modules that a run may execute."""
    root, digest = Path(__file__).resolve().parents[2], hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()
