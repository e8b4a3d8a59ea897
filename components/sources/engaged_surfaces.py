"""Finds the surfaces that a log has engagements on: what a model can learn, and what it can be measured on."""

import itertools
from collections.abc import Collection, Iterator

from components.raw_files.refusal import Reject
from components.sources.adapter import adapter
from components.sources.data_config import DataConfig
from schemas.canonical_event import Surface

_FIRST_ROWS = 1000
"""Rows of each file that are read before any file is read whole."""


def engaged_surfaces(
    config: DataConfig, now_ms: int, wanted: Collection[Surface] = tuple(Surface)
) -> tuple[Surface, ...]:
    """Finds the surfaces on which users engaged with items.

    Reading ends as soon as all wanted ones are found, so only a log that lacks one is read whole. The first rows of all
    files come first, because feed and search often stand in files of their own.

    Args:
        config: The `data` section.
        now_ms: The time of reading, in milliseconds since 1970. Later events do not count.
        wanted: The surfaces to look for.

    Returns:
        The wanted surfaces that are there, in the order of `Surface`. A source that makes its queries from items counts
        as having all.

    Raises:
        DataError: A file cannot be used.
    """
    missing = set(wanted)
    if adapter(config.source).with_item is None:
        for surface in _surfaces(config, now_ms):
            missing.discard(surface)
            if not missing:
                break
    else:
        missing.clear()
    return tuple(surface for surface in Surface if surface in wanted and surface not in missing)


def _surfaces(config: DataConfig, now_ms: int) -> Iterator[Surface]:
    """The surface of each engagement: those in the first rows of the files, then those in the others."""
    source = adapter(config.source)
    files = source.source_files(config).event_files
    for first, last in ((0, _FIRST_ROWS), (_FIRST_ROWS, None)):
        for path in files:
            for each in itertools.islice(source.read_events(path, config, now_ms), first, last):
                if not isinstance(each, Reject) and each[1].is_target:
                    yield each[1].surface
