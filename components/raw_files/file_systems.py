"""Opens and lists files: local ones directly, remote ones through Beam's file systems.

Importing Beam takes seconds. A caller that reads only local files, such as the command line, never imports it.
"""

import glob
import io
import os
from typing import BinaryIO, cast

_REMOTE = "://"
_ANY_DEPTH = "**"


def open_binary(path: str) -> BinaryIO:
    """Opens a file for reading its raw bytes, buffered; a compressed file is not unpacked.

    Raises:
        OSError: The file cannot be opened.
        ValueError: There is no such file system.
    """
    if _REMOTE not in path:
        return open(path, "rb")
    from apache_beam.io.filesystem import CompressionTypes
    from apache_beam.io.filesystems import FileSystems

    stream = FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED)
    # Whoever reads it first looks at its first bytes.
    return cast(BinaryIO, stream if hasattr(stream, "peek") else io.BufferedReader(stream))


def matching(pattern: str) -> list[str]:
    """Lists the files that match a path or glob, in no particular order. A path may also name a directory.

    A local glob does not match files whose names begin with a dot.

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
