"""Local time in the Transform graph: a constant table of a time zone's offsets, daylight saving included."""

import datetime
import functools
from typing import Final

import numpy as np
import tensorflow as tf

from components.sources.event_time import time_zone

_FIRST: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_LAST: Final = datetime.datetime(2100, 1, 1, tzinfo=datetime.timezone.utc)
"""From here on, the last offset holds: nobody knows the law of so late a year."""
_DAY: Final = datetime.timedelta(days=1)
_SECOND: Final = datetime.timedelta(seconds=1)
_MILLISECOND: Final = datetime.timedelta(milliseconds=1)


def local_ms(moment: tf.Tensor, timezone: str) -> tf.Tensor:
    """What the clocks and the calendar of a time zone show, as if they were those of UTC.

    Args:
        moment: int64 [batch], milliseconds since 1970.
        timezone: The zone's IANA name.

    Returns:
        int64 [batch], milliseconds since 1970 in local time.

    Raises:
        ValueError: There is no such zone.
    """
    starts, offsets = offset_table(timezone)
    if len(offsets) == 1:
        return moment + tf.constant(offsets[0], tf.int64)
    place = tf.searchsorted(tf.constant(starts, tf.int64), moment, side="right") - 1
    return moment + tf.gather(tf.constant(offsets, tf.int64), place)


@functools.lru_cache(maxsize=8)
def offset_table(timezone: str) -> tuple[np.ndarray, np.ndarray]:
    """The offsets of a time zone from 1970 to 2099.

    Two changes of the clocks within one day would be overlooked; no zone has had them.

    Returns:
        The first moment of each offset, int64 [changes + 1], in milliseconds since 1970, rising, the first of all the
        smallest number; and how far the clocks are ahead of UTC from then on, int64 [changes + 1], in milliseconds.
    """
    zone = time_zone(timezone)

    def offset(moment: datetime.datetime) -> int:
        ahead = moment.astimezone(zone).utcoffset()
        assert ahead is not None, "a zone knows its offset"
        return ahead // _MILLISECOND

    starts, offsets = [np.iinfo(np.int64).min], [offset(_FIRST)]
    moment = _FIRST
    while moment < _LAST:
        before, moment = moment, moment + _DAY
        if offset(moment) != offsets[-1]:
            after = moment
            while after - before > _SECOND:
                middle = before + (after - before) // 2 // _SECOND * _SECOND
                before, after = (middle, after) if offset(middle) == offsets[-1] else (before, middle)
            starts.append((after - _FIRST) // _MILLISECOND)
            offsets.append(offset(moment))
    return np.array(starts, np.int64), np.array(offsets, np.int64)
