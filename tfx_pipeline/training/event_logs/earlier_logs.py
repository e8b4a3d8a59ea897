"""What an interrupted training has shown in TensorBoard, for the one that goes on: one name, and whole curves.

TFX gives each attempt of a Trainer a folder of its own, and removes that of one that failed. So the training's state
keeps what it was called and where its logs are, or the logs themselves.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final

import tensorflow as tf

from tfx_pipeline.training.event_logs.event_files import events_of, files_of
from tfx_pipeline.training.event_logs.event_writers import TRAIN, VALIDATION
from tfx_pipeline.training.event_logs.run_links import Earlier
from tfx_pipeline.training.event_logs.tags import is_by_step

_RECORD: Final = "shown.json"
_KEPT: Final = "logs"
_PARTS: Final = (TRAIN, VALIDATION)
"""Those of the training as a whole are written anew when it goes on, those of its best epoch at its end."""


def read(state_dir: Path) -> Earlier:
    """The last attempt at a training, by the folder of the training's state; an empty one before the first."""
    path = state_dir / _RECORD
    return Earlier(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Earlier()


def take_over(state_dir: Path, log_dir: str, name: str, epochs: int) -> None:
    """Copies what the last attempt wrote of whole epochs into the logs of this one, which is the last from now on.

    Args:
        state_dir: The folder of the training's state.
        log_dir: The folder of this attempt's logs.
        name: Its name, or nothing, as `Earlier` has it.
        epochs: After which epoch it goes on; 0 if none was whole.
    """
    kept, earlier = state_dir / _KEPT, read(state_dir)
    source = kept if kept.exists() else Path(earlier.log_dir)
    if (kept.exists() or earlier.log_dir) and source.resolve() != Path(log_dir).resolve():
        for part in _PARTS:
            for file in files_of(source / part):
                _copy(file, Path(log_dir, part, file.name), epochs)
    state_dir.mkdir(parents=True, exist_ok=True)
    partial = state_dir / f"{_RECORD}.partial"
    partial.write_text(json.dumps(asdict(Earlier(name, log_dir))), encoding="utf-8")
    partial.replace(state_dir / _RECORD)
    shutil.rmtree(kept, ignore_errors=True)


@contextmanager
def kept_if_it_fails(state_dir: Path, log_dir: str) -> Iterator[None]:
    """A context of a training: if it fails, what it wrote is kept with its state, because TFX removes its folder.

    The error is raised as it is, also where nothing could be kept, such as on a disk that is full.
    """
    try:
        yield
    except Exception:
        for part in _PARTS:
            if Path(log_dir, part).exists():
                _keep(Path(log_dir, part), state_dir / _KEPT / part)
        raise


def _keep(part: Path, kept: Path) -> None:
    try:
        shutil.copytree(part, kept, dirs_exist_ok=True)
    except OSError:
        # Half a copy would hide the logs, should they be left after all.
        shutil.rmtree(kept.parent, ignore_errors=True)


def _copy(file: Path, target: Path, epochs: int) -> None:
    """Copies a file up to its last epoch that was whole. What follows is made and written anew."""
    events = list(events_of(file))
    is_of_epoch = [
        any(not is_by_step(value.tag) for value in event.summary.value) and event.step <= epochs for event in events
    ]
    whole = max((place + 1 for place, is_one in enumerate(is_of_epoch) if is_one), default=0)
    if not whole:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(target)) as writer:
        for event in events[:whole]:
            writer.write(event.SerializeToString())
