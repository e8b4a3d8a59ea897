"""A digest of input files, by which a pipeline's cache notices that they changed."""

import hashlib
from collections.abc import Callable, Iterable

from components.raw_files.file_progress import told_of
from components.raw_files.refusal import DataError
from components.raw_files.text_file import open_bytes

ABSENT = "absent"
_BLOCK_BYTES = 1 << 20


def fingerprint(list_files: Callable[[], Iterable[str]]) -> str:
    """Digests the names and contents of files.

    Two copies of the same files have the same fingerprint, whatever their directory and times.

    Args:
        list_files: Lists the files, or raises DataError where it cannot.

    Returns:
        A hexadecimal digest, or `absent` where the files cannot be read here: a pipeline may be compiled on a machine
        without its data. Running it there says what is missing.
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
