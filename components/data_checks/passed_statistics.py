"""The statistics of the training examples of each span that passed, for the spans to come to be compared with.

They are files below the pipeline's root and stand in no metadata store, so that a container finds them that knows no
more than the address of a folder.
"""

import os
import re
import uuid

import tensorflow_data_validation as tfdv
from tensorflow.io import gfile

from components.data_checks.anomalies import Statistics

_FILE = re.compile(r"(\d+)\.pb")


def last_span_before(directory: str, span: int) -> int | None:
    """The newest span before `span` that has passed; None where there is none.

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
    """Keeps the statistics of a span in place of those that an earlier run on it has left.

    They are written under another name and then renamed, so that a run that is killed leaves nothing that is compared
    with.
    """
    gfile.makedirs(directory)
    unfinished = os.path.join(directory, f"{span}-{uuid.uuid4().hex}.unfinished")
    with gfile.GFile(unfinished, "wb") as stream:
        stream.write(statistics.SerializeToString())
    gfile.rename(unfinished, _path(directory, span), overwrite=True)


def _path(directory: str, span: int) -> str:
    return os.path.join(directory, f"{span}.pb")
