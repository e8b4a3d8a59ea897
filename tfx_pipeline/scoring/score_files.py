"""The files of a scoring: one Parquet file for each part of the users, and what they were made of.

A file appears when it is whole, so what is there was finished, and need not be made again.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet
from apache_beam.io.filesystems import FileSystems

from tfx_pipeline.scoring.asked_recommender import Feed
from tfx_pipeline.scoring.user_histories import UserHistory

SETTINGS_FILE: Final = "scores.json"
REJECTS: Final = "rejects"
_UNFINISHED: Final = "unfinished"
USER, HISTORY, ITEMS, SCORES, SOURCES, VECTOR = "user_id", "history", "items", "scores", "sources", "vector"


@contextmanager
def whole_file(path: str) -> Iterator[Any]:
    """A file to write that appears, or takes the place of an older one, once all is written."""
    aside = f"{path}.{_UNFINISHED}"
    with FileSystems.create(aside, mime_type="application/octet-stream") as file:
        yield file
    FileSystems.rename([aside], [path])


class OtherScoresError(Exception):
    """The folder holds scores of another model, log or setting. The message says of which, and what mends it."""


class ScoreFiles:
    """A folder of scores.

    Args:
        folder: A local path or, if Beam is installed with support for it, the address of a bucket.
        parts: How many files there are when all is done.
    """

    def __init__(self, folder: str, parts: int):
        self._folder = folder
        self._parts = parts

    def begin(self, settings: Mapping[str, Any], force: bool) -> dict[str, Any]:
        """Says what the files are made of, or finds that they are begun already.

        What came to nothing, such as a log that could not be read, leaves no file of scores and stands in nobody's way.

        Args:
            settings: What decides on their content, and `moment_ms`, which a scoring that goes on takes from its first
                beginning.
            force: Whether scores of other settings are removed.

        Returns:
            The settings.

        Raises:
            OtherScoresError: There are scores of other settings, and `force` is false.
        """
        path = os.path.join(self._folder, SETTINGS_FILE)
        if FileSystems.exists(path):
            with FileSystems.open(path) as file:
                before = json.loads(file.read())
            differing = sorted(
                name for name in {*settings, *before} - {"moment_ms"} if settings.get(name) != before.get(name)
            )
            if not differing:
                return before
            if self._of_any_number() and not force:
                raise OtherScoresError(
                    f"{self._folder} holds scores of another {', '.join(differing)}. Give another folder with "
                    "--output, or --force to replace them."
                )
            self._remove_all()
        if "://" not in self._folder:
            os.makedirs(self._folder, exist_ok=True)
        with FileSystems.create(path) as file:
            file.write((json.dumps(settings, indent=2) + "\n").encode())
        return dict(settings)

    def finished(self) -> list[int]:
        """The parts that are there."""
        return [part for part in range(self._parts) if FileSystems.exists(self._path(part))]

    def write(self, part: int, users: Sequence[UserHistory], feeds: Sequence[Feed]) -> None:
        """Writes the file of a part: a row for each user.

        Args:
            part: Its number, from 0.
            users: The users.
            feeds: The feed of each.
        """
        columns: dict[str, tuple[Sequence[Any], Any]] = {
            USER: ([name for name, _ in users], pa.string()),
            HISTORY: ([len(past) for _, past in users], pa.int32()),
            ITEMS: ([feed.items for feed in feeds], pa.list_(pa.string())),
            SCORES: ([feed.scores for feed in feeds], pa.list_(pa.float32())),
            SOURCES: ([feed.sources for feed in feeds], pa.list_(pa.string())),
        }
        if any(feed.vector is not None for feed in feeds):
            columns[VECTOR] = [feed.vector for feed in feeds], pa.list_(pa.float32())
        table = pa.table({name: pa.array(values, kind) for name, (values, kind) in columns.items()})
        with whole_file(self._path(part)) as file:
            pa.parquet.write_table(table, file)

    def users(self) -> int:
        """How many users the finished files hold."""
        total = 0
        for part in self.finished():
            with FileSystems.open(self._path(part), compression_type="uncompressed") as file:
                total += pa.parquet.read_metadata(file).num_rows
        return total

    def _path(self, part: int) -> str:
        return os.path.join(self._folder, f"part-{part:05d}-of-{self._parts:05d}.parquet")

    def _of_any_number(self) -> list[str]:
        """The finished and unfinished files, also of a folder that has another number of them."""
        return [each.path for each in FileSystems.match([os.path.join(self._folder, "part-*")])[0].metadata_list]

    def _remove_all(self) -> None:
        FileSystems.delete([*self._of_any_number(), os.path.join(self._folder, SETTINGS_FILE)])
