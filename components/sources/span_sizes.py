"""Tells a day of a log that has arrived only in part, by the sizes of its files, before any is read."""

import os
from collections import Counter
from typing import Final

from components.raw_files import spans
from components.raw_files.file_systems import is_remote
from components.raw_files.refusal import DataError
from components.raw_files.row_files import matching_files
from components.sources.source_files import FilePattern, SourceFiles
from schemas.span_pattern import SPAN, as_glob

_BEFORE: Final = 7
"""With so many days before it, a quiet day of the week has one like it among them."""


def check_newest_span(files: SourceFiles, least_share: float) -> None:
    """Refuses a log whose newest span is much smaller than each of the seven before it, whichever spans are read.

    Args:
        files: The source's files. Each log with `{SPAN}` is looked at by itself.
        least_share: How much of the smallest of those the newest must have, from 0 to 1; 0 refuses nothing.

    Raises:
        DataError: It is smaller. The message names both spans and their bytes.
    """
    if not least_share:
        return
    for each in files.events:
        if SPAN in each.pattern:
            _check(each, least_share)


def _check(log: FilePattern, least_share: float) -> None:
    paths = matching_files(as_glob(log.pattern), log.setting)
    sizes: Counter[int] = Counter()
    for path, span in spans.newest(paths, log.pattern, log.setting, last_spans=_BEFORE + 1).items():
        sizes[span] += _size(path)
    newest = max(sizes)
    before = {span: size for span, size in sizes.items() if span != newest}
    if not before:
        return
    smallest = min(before, key=before.__getitem__)
    if sizes[newest] >= least_share * before[smallest]:
        return
    others = f"the smallest of the {len(before)} before it" if len(before) > 1 else "the one before it"
    raise DataError(
        f"{log}: the files of span {newest} have {sizes[newest]:,} bytes, less than {least_share:.0%} of the "
        f"{before[smallest]:,} bytes of span {smallest}, {others}. Has all of it arrived? Wait for the "
        "rest, or lower data.least_span_share."
    )


def _size(path: str) -> int:
    if is_remote(path):
        from apache_beam.io.filesystems import FileSystems

        return int(FileSystems.match([path])[0].metadata_list[0].size_in_bytes)
    return os.path.getsize(path)
