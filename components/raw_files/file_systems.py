"""Opens and lists files: local ones directly, remote ones through Beam's file systems.

Importing Beam takes seconds. A caller that reads only local files, such as the command line, never imports it.
"""

import glob
import io
import os
from typing import BinaryIO, cast

_REMOTE = "://"
_ANY_DEPTH = "**"


def is_remote(path: str) -> bool:
    """Whether a path names a file system other than that of this machine, such as `gs://`."""
    return _REMOTE in path


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


def as_it_is(pattern: str) -> str:
    """The pattern, in which the longest beginning that exists on this machine is no pattern any more.

    So `logs[v2]/*.csv` names the files in the folder `logs[v2]`, if there is one, and not those in `logsv` and `logs2`.

    Args:
        pattern: A path or glob. A remote one is returned unchanged.
    """
    if _REMOTE in pattern or not glob.has_magic(pattern):
        return pattern
    parts = pattern.split("/")
    for end in range(len(parts), 0, -1):
        beginning = "/".join(parts[:end])
        if beginning and os.path.lexists(beginning):
            return "/".join([glob.escape(beginning), *parts[end:]])
    return pattern


def matching(pattern: str) -> list[str]:
    """Lists the files that match a path or glob, in no particular order. A path may also name a directory.

    What exists under the very name is that file or folder, though the name has brackets: see `as_it_is`. A local glob
    does not match files whose names begin with a dot.

    Raises:
        OSError: The files cannot be listed.
        ValueError: There is no such file system.
    """
    if _REMOTE not in pattern:
        if os.path.lexists(pattern):
            return [pattern]
        pattern = as_it_is(pattern)
        if _ANY_DEPTH not in pattern:
            return [path for path in glob.glob(pattern) if os.path.isfile(path)]
    from apache_beam.io.filesystem import BeamIOError
    from apache_beam.io.filesystems import FileSystems

    try:
        return [metadata.path for metadata in FileSystems.match([pattern])[0].metadata_list]
    except BeamIOError as error:
        raise OSError(str(error)) from error
