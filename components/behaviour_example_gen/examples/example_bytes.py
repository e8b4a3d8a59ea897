"""Serialized tf.Examples put together from bytes.

Filling in `tf.train.Example` and serializing it took two fifths of the time of the whole component. What is made here
is equal to it, byte by byte, with the features sorted by name: equal examples are equal bytes.
"""

import functools
import struct
from collections.abc import Mapping, Sequence
from typing import Final

_TEXTS_KEPT: Final = 1 << 17
_BYTES_LIST: Final = b"\x0a"
_FLOAT_LIST: Final = b"\x12"
_INT64_LIST: Final = b"\x1a"
# Field 1 of whatever it stands in: a list's values, an Example's features, a map's entry, an entry's key.
_FIRST: Final = b"\x0a"
_SECOND: Final = b"\x12"
_ONE_BYTE: Final = 0x80


def strings(values: Sequence[str]) -> bytes:
    """A feature of texts, as UTF-8."""
    return _BYTES_LIST + _sized(b"".join(map(_text, values)))


def integers(values: Sequence[int]) -> bytes:
    """A feature of int64 values."""
    are_small = not values or 0 <= min(values) <= max(values) < _ONE_BYTE
    packed = bytes(values) if are_small else b"".join(map(_varint, values))
    return _INT64_LIST + _packed(packed)


def floats(values: Sequence[float]) -> bytes:
    """A feature of float32 values."""
    return _FLOAT_LIST + _packed(struct.pack(f"<{len(values)}f", *values))


def example(features: Mapping[str, bytes]) -> bytes:
    """A serialized tf.Example.

    Args:
        features: Name to what `strings`, `integers` or `floats` makes.
    """
    entries = [_FIRST + _sized(_key(name) + _sized(feature)) for name, feature in sorted(features.items())]
    return _FIRST + _sized(b"".join(entries))


@functools.lru_cache(maxsize=_TEXTS_KEPT)
def _text(value: str) -> bytes:
    """One element of a list of texts; those of items come again and again."""
    return _FIRST + _sized(value.encode())


@functools.cache
def _key(name: str) -> bytes:
    """An entry's key, and the head of its value."""
    return _FIRST + _sized(name.encode()) + _SECOND


def _packed(values: bytes) -> bytes:
    """A list of numbers, which is left empty where there is none."""
    return _sized(_FIRST + _sized(values)) if values else _sized(b"")


def _sized(content: bytes) -> bytes:
    return _varint(len(content)) + content


@functools.lru_cache(maxsize=1 << 14)
def _varint(value: int) -> bytes:
    """A number as protocol buffers write it: seven bits a byte, the lowest first; negative ones as 64 bits."""
    value %= 1 << 64
    digits = bytearray()
    while value >= _ONE_BYTE:
        digits.append(value % _ONE_BYTE | _ONE_BYTE)
        value //= _ONE_BYTE
    digits.append(value)
    return bytes(digits)
