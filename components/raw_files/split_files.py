"""Lists the files that hold the examples of one split."""

from collections.abc import Sequence

from tfx import types
from tfx.dsl.io import fileio
from tfx.types import artifact_utils
from tfx.utils import io_utils


def split_files(examples: Sequence[types.Artifact], split: str) -> list[str]:
    """Lists the files of a split, sorted by name within each artifact.

    Args:
        examples: Examples artifacts.
        split: The split's name.

    Raises:
        ValueError: An artifact has no such split.
    """
    files: list[str] = []
    for folder in artifact_utils.get_split_uris(list(examples), split):
        files += sorted(str(file) for file in fileio.glob(io_utils.all_files_pattern(folder)))
    return files
