"""Keeps the statistics of each span that passed the checks, so that later spans can be compared with them.

They are files below the pipeline's root, not artifacts in a metadata store. So a container finds them that knows only
the address of a folder.
"""

import os
import re
import uuid

import tensorflow_data_validation as tfdv
from tensorflow.io import gfile

from components.data_checks.anomalies import Statistics

_FILE = re.compile(r"(\d+)\.pb")


def last_span_before(directory: str, span: int) -> int | None:
    """Finds the newest span before `span` that has passed; None if there is none.

    Args:
        directory: Where the statistics are kept, a local path or the address of a bucket. It need not exist.
        span: The span that is to be compared.
    """
    if not gfile.exists(directory):
        return None
    passed = (int(file[1]) for file in map(_FILE.fullmatch, gfile.listdir(directory)) if file)
    return max((each for each in passed if each < span), default=None)


def read_statistics(directory: str, span: int) -> Statistics:
    """Reads the statistics of a span that `last_span_before` found."""
    return tfdv.load_stats_binary(_path(directory, span))


def keep_statistics(directory: str, span: int, statistics: Statistics) -> None:
    """Keeps the statistics of a span; they replace those of an earlier run on it.

    The file is written under another name and then renamed, so a killed run leaves no file that would be read.
    """
    gfile.makedirs(directory)
    unfinished = os.path.join(directory, f"{span}-{uuid.uuid4().hex}.unfinished")
    with gfile.GFile(unfinished, "wb") as stream:
        stream.write(statistics.SerializeToString())
    gfile.rename(unfinished, _path(directory, span), overwrite=True)


def _path(directory: str, span: int) -> str:
    return os.path.join(directory, f"{span}.pb")
