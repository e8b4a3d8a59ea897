"""Computes a digest of input files, so that a pipeline's cache notices when they change."""

import hashlib
from collections.abc import Callable, Iterable

from components.raw_files.file_progress import told_of
from components.raw_files.refusal import DataError
from components.raw_files.text_file import open_bytes

ABSENT = "absent"
_BLOCK_BYTES = 1 << 20


def fingerprint(list_files: Callable[[], Iterable[str]]) -> str:
    """Digests the names and contents of files.

    Copies of the same files have the same fingerprint; directories and modification times do not matter.

    Args:
        list_files: Lists the files, or raises DataError if it cannot.

    Returns:
        A hexadecimal digest, or `absent` if the files cannot be read. This is no error, because a pipeline may be
        compiled on a machine without its data. A run on that machine fails and says which files are missing.
    """
    digest = hashlib.sha256()
    try:
        for path in list_files():
            content = hashlib.sha256()
            with open_bytes(path) as file:
                stream = told_of(file, path)
                while block := stream.read(_BLOCK_BYTES):
                    content.update(block)
            name = path.replace("\\", "/").rsplit("/", 1)[-1]
            digest.update(f"{name}\0{content.hexdigest()}\0".encode())
    except DataError:
        return ABSENT
    return digest.hexdigest()
