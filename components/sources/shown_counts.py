"""Counts what users were shown, and how much of it they engaged with."""

from collections import Counter

from components.raw_files.refusal import Reject
from components.sources.adapter import adapter
from components.sources.data_config import BY_TIME, DataConfig
from schemas.canonical_event import Surface


def shown_per_engagement(config: DataConfig, now_ms: int) -> dict[Surface, float]:
    """Reads a whole log, and tells of how many shown items one was engaged with.

    With `data.split: time`, what is for test does not count.

    Args:
        config: The `data` section.
        now_ms: The time of reading, in milliseconds since 1970. Later events do not count.

    Returns:
        Events with an item, those that were only shown among them, divided by engagements. A surface where nothing was
        only shown, or nobody engaged with anything, has none.

    Raises:
        DataError: A file cannot be used.
    """
    source = adapter(config.source)
    end = config.test_from_ms if config.split == BY_TIME else now_ms
    engaged: Counter[Surface] = Counter()
    shown: Counter[Surface] = Counter()
    for path in source.source_files(config).event_files:
        for each in source.read_events(path, config, now_ms):
            if isinstance(each, Reject) or not each[1].item_id or each[1].timestamp_ms >= end:
                continue
            (engaged if each[1].is_target else shown)[each[1].surface] += 1
    return {
        surface: (engaged[surface] + shown[surface]) / engaged[surface]
        for surface in Surface
        if engaged[surface] and shown[surface]
    }
