"""Files wherever they lie: those of this machine as they are, all others by Beam's file systems.

Importing Beam takes seconds; who reads local files only, such as the command line, does not pay for it.
"""

import glob
import os
from typing import BinaryIO, cast

_REMOTE = "://"
_ANY_DEPTH = "**"


def open_binary(path: str) -> BinaryIO:
    """Opens a file as it is, compressed or not.

    Raises:
        OSError: The file cannot be opened.
        ValueError: There is no such file system.
    """
    if _REMOTE not in path:
        return open(path, "rb")
    from apache_beam.io.filesystem import CompressionTypes
    from apache_beam.io.filesystems import FileSystems

    return cast(BinaryIO, FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED))


def matching(pattern: str) -> list[str]:
    """The files that a path or glob names, in no order; a path may also name a directory.

    A local glob leaves out files whose names begin with a point.

    Raises:
        OSError: The files cannot be listed.
        ValueError: There is no such file system.
    """
    if _REMOTE not in pattern and _ANY_DEPTH not in pattern:
        return [path for path in glob.glob(pattern) if path == pattern or os.path.isfile(path)]
    from apache_beam.io.filesystem import BeamIOError
    from apache_beam.io.filesystems import FileSystems

    try:
        return [metadata.path for metadata in FileSystems.match([pattern])[0].metadata_list]
    except BeamIOError as error:
        raise OSError(str(error)) from error
