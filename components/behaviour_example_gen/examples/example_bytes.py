"""Writes serialized tf.Examples directly as bytes, which is much faster than protocol buffer objects.

Filling in and serializing `tf.train.Example` took two fifths of the component's time. The bytes made here are the same
as those of a deterministic serialization: features are sorted by name, so equal examples have equal bytes.
"""

import functools
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

_TEXTS_KEPT: Final = 1 << 17
_LENGTHS_KEPT: Final = 1 << 14
_BYTES_LIST: Final = b"\x0a"
_FLOAT_LIST: Final = b"\x12"
_INT64_LIST: Final = b"\x1a"
# The tag of field 1 in all these messages: a list's values, an Example's features, a map's entry, an entry's key.
_FIRST: Final = b"\x0a"
_SECOND: Final = b"\x12"
_ONE_BYTE: Final = 0x80
_FOUR_BYTES: Final = 1 << 28
_TWO_DIGITS: Final = [bytes((number & 0x7F | _ONE_BYTE, number >> 7 | _ONE_BYTE)) for number in range(1 << 14)]
"""Two digits of a varint that are not its last ones."""


def strings(values: Sequence[str]) -> bytes:
    """A feature with texts, encoded as UTF-8."""
    return _BYTES_LIST + _sized(b"".join(map(text, values)))


def integers(values: Sequence[int]) -> bytes:
    """A feature with int64 values."""
    are_small = not values or 0 <= min(values) <= max(values) < _ONE_BYTE
    packed = bytes(values) if are_small else b"".join(map(varint, values))
    return _INT64_LIST + _packed(packed)


def floats(values: Sequence[float]) -> bytes:
    """A feature with float32 values."""
    return _FLOAT_LIST + _packed(struct.pack(f"<{len(values)}f", *values))


def example(features: Mapping[str, bytes]) -> bytes:
    """A serialized tf.Example.

    Args:
        features: Name to what `strings`, `integers` or `floats` returned.
    """
    return joined([entry(name, feature) for name, feature in sorted(features.items())])


def joined(parts: Sequence[bytes | bytearray]) -> bytes:
    """A serialized tf.Example.

    Args:
        parts: What `entry` returned for each feature, or what `Head` says of its elements and these; sorted by the
            features' names.
    """
    return b"".join((_FIRST, varint(sum(map(len, parts))), *parts))


def entry(name: str, feature: bytes) -> bytes:
    """A feature with its name."""
    return _FIRST + _sized(_key(name) + _sized(feature))


class Head(dict[int, bytes]):
    """What stands before the elements of a feature: its name, and lengths. It depends on the elements' length alone.

    Elements are what `text` returned for each text, or `varint` for each number, joined.

    Args:
        name: The feature's name.
        feature: `strings` or `integers`.
    """

    def __init__(self, name: str, feature: Callable[[Sequence[Any]], bytes]):
        super().__init__()
        self._name = name
        self._has_texts = feature is strings

    def __missing__(self, length: int) -> bytes:
        """The bytes before elements that take so many bytes. Those of usual lengths are kept."""
        elements = bytes(length)
        feature = _BYTES_LIST + _sized(elements) if self._has_texts else _INT64_LIST + _packed(elements)
        whole = entry(self._name, feature)
        head = whole[: len(whole) - length]
        if len(self) < _LENGTHS_KEPT:
            self[length] = head
        return head


@functools.lru_cache(maxsize=_TEXTS_KEPT)
def text(value: str) -> bytes:
    """One element of a list of texts. It is cached, because item ids occur again and again."""
    return encoded_text(value.encode())


def encoded_text(value: bytes) -> bytes:
    """The same of a text that is encoded as UTF-8; it is not cached."""
    return _FIRST + _sized(value)


class Texts(dict[int, bytes]):
    """What `text` returns for each value of a long sequence, by its place. Only so many as `text` keeps are kept.

    Args:
        value_at: Gives the text at a place, encoded as UTF-8, such as an item id of the catalogue.
    """

    def __init__(self, value_at: Callable[[int], bytes]):
        super().__init__()
        self._value_at = value_at

    def __missing__(self, place: int) -> bytes:
        """Looks at the value itself."""
        made = encoded_text(self._value_at(place))
        if len(self) < _TEXTS_KEPT:
            self[place] = made
        return made

    def joined(self, places: Iterable[int]) -> bytes:
        """The elements at these places."""
        return b"".join(map(self.__getitem__, places))


@functools.cache
def _key(name: str) -> bytes:
    """The key of an entry, followed by the tag of its value."""
    return _FIRST + _sized(name.encode()) + _SECOND


def _packed(values: bytes) -> bytes:
    """A list of numbers; an empty list has no content at all."""
    return _sized(_FIRST + _sized(values)) if values else _sized(b"")


def _sized(content: bytes) -> bytes:
    return varint(len(content)) + content


def varint_of_large(value: int) -> bytes:
    """The same as `varint`, without keeping it: for numbers such as times, of which hardly one occurs twice."""
    if value < _FOUR_BYTES:
        return varint(value)
    return _TWO_DIGITS[value & 0x3FFF] + _TWO_DIGITS[value >> 14 & 0x3FFF] + varint(value >> 28)


@functools.lru_cache(maxsize=1 << 14)
def varint(value: int) -> bytes:
    """A protocol buffer varint: seven bits per byte, lowest first. Negative numbers take 64 bits."""
    value %= 1 << 64
    digits = bytearray()
    while value >= _ONE_BYTE:
        digits.append(value % _ONE_BYTE | _ONE_BYTE)
        value //= _ONE_BYTE
    digits.append(value)
    return bytes(digits)
