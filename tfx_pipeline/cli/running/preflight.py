"""Checks what a run needs before TensorFlow and TFX are imported: in a second, not after a minute."""

import importlib.util
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from components.own_log.findings.input_files import input_findings
from components.own_log.findings.log_finding import errors
from components.raw_files.file_systems import matching
from tfx_pipeline.config.pipeline_config import METADATA_FILE, SCANN, PipelineConfig
from tfx_pipeline.engines import beam_needs
from tfx_pipeline.runners.failures import NotReadyError
from tfx_pipeline.tuning.trial_processes import refusal

_LEAST_FREE_MB: Final = 300
_PATTERN: Final = {"root": "*?[\\", "push_to": "[\\"}
"""Characters that TFX's components do not escape when they list the files of another one, and those that keep
TensorFlow from finding a model's weights."""
_LONGEST_PATH: Final = 500
"""Bytes of the path of a sqlite file, which adds a dozen for its journal and gives up at 512."""
_LONGEST_NAME: Final = 255
_REMOTE: Final = ("://", "**")
"""Parts of patterns that only Beam can look up, which takes seconds to import."""


def check(config: PipelineConfig) -> None:
    """Checks that a run has the files, packages and folders that it needs.

    Raises:
        NotReadyError: Something is missing.
    """
    check_all([config])


def check_all(configs: Iterable[PipelineConfig]) -> None:
    """Checks what several runs need. What they lack in common is told once.

    Raises:
        NotReadyError: Something is missing.
    """
    missing: dict[str, None] = {}
    for config in configs:
        missing |= dict.fromkeys([*_files(config), *_packages(config), *_folders(config), *beam(config)])
    if missing:
        raise NotReadyError("\n".join(missing))


def check_search(config: PipelineConfig) -> None:
    """Checks that this machine can run as many trials at a time as a search wants.

    Raises:
        NotReadyError: It has too few cores.
    """
    if config.tune.enabled and (refused := refusal(config.tune.parallel_trials)):
        raise NotReadyError(refused)


def check_output(path: str, option: str = "--output", example: str = "spec.yaml") -> None:
    """Checks that a file can be written.

    Args:
        path: The file.
        option: The option that named it.
        example: The name of such a file. The file has to end as it does.

    Raises:
        NotReadyError: It cannot.
    """
    if "://" in path:
        return
    ending = os.path.splitext(example)[1]
    if not path.endswith(ending):
        raise NotReadyError(f"{option} {path}: give a file that ends in {ending}.")
    if os.path.isdir(path):
        raise NotReadyError(f"{option} {path}: is a folder; give the file, such as {os.path.join(path, example)}.")
    if reason := _not_writable(os.path.dirname(os.path.abspath(path))):
        raise NotReadyError(f"{option} {path}: {reason}")


def beam(config: PipelineConfig) -> list[str]:
    """Says what the engine lacks that `beam` names, each with what mends it."""
    return beam_needs.missing(config.beam, config.run_root)


def _files(config: PipelineConfig) -> list[str]:
    data = config.data
    patterns = [data.located(each) for each in (data.events, data.items, data.users, data.pretraining_events)]
    patterns += [data.located(each.events) for each in data.sources]
    patterns += [data.located(each.items) for each in data.item_sources]
    patterns += [data.located(each.users) for each in data.user_sources]
    if any(mark in pattern for mark in _REMOTE for pattern in patterns):
        return []
    found = [str(finding) for finding in errors(input_findings(data))]
    requests = config.data_checks.requests
    if requests and not any(mark in requests for mark in _REMOTE) and not matching(requests):
        found.append(f"data_checks.requests = {requests}: no such file. Paths are taken from the directory of the run.")
    return found


def _packages(config: PipelineConfig) -> list[str]:
    if config.export.retrieval_index != SCANN or importlib.util.find_spec("scann") is not None:
        return []
    return [
        "export.retrieval_index = scann: the package scann is not installed. Install it (`pip install scann`, the "
        "release that fits this TensorFlow), or set export.retrieval_index=brute_force."
    ]


def _folders(config: PipelineConfig) -> list[str]:
    found = []
    for field, folder in (("root", config.run_root), ("push_to", config.push_to)):
        if not folder or "://" in folder:
            continue
        reason = _unfit(field, os.path.abspath(folder)) or _not_writable(folder)
        if reason:
            found.append(f"{field} = {folder}: {reason}")
        elif (free := shutil.disk_usage(_existing(folder)).free // 10**6) < _LEAST_FREE_MB:
            found.append(
                f"{field} = {folder}: only {free} MB are free there, and a run takes {_LEAST_FREE_MB} MB at least. "
                f"Make room, or set `{field}` elsewhere."
            )
    return found


def _unfit(field: str, folder: str) -> str:
    """Says why Beam, TensorFlow or the metadata store cannot work in a folder; empty if they can."""
    marks = " ".join(each for each in _PATTERN[field] if each in folder)
    if marks:
        return (
            f"Beam and TensorFlow take {marks} in a path for a pattern and would read other files. Name another folder."
        )
    length = len(os.fsencode(os.path.join(folder, METADATA_FILE)))
    if field == "root" and length > _LONGEST_PATH:
        return (
            f"the path of the metadata store in it has {length} bytes, and sqlite takes {_LONGEST_PATH}. "
            "Name a folder with a shorter path."
        )
    parts = folder.split(os.sep)
    if any(len(os.fsencode(part)) > _LONGEST_NAME for part in parts):
        return f"a name in it has more than {_LONGEST_NAME} bytes, which no file system takes. Name another folder."
    return ""


def _not_writable(folder: str) -> str:
    """Says why a folder, which need not exist yet, cannot be written to; empty if it can."""
    existing = _existing(folder)
    if not existing.is_dir():
        return f"{existing} is a file, not a folder. Name another folder."
    if not os.access(existing, os.W_OK | os.X_OK):
        return f"{existing} cannot be written to. Mend its rights, or name another folder."
    return ""


def _existing(folder: str) -> Path:
    """The folder, or the nearest folder above it that exists."""
    path = Path(folder).absolute()
    return next(each for each in (path, *path.parents) if each.exists())
