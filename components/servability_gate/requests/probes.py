"""What a model is asked before it may serve: real examples, and the strangers that real traffic brings."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import tensorflow as tf

from components.servability_gate.requests.rank_inputs import expressible, strings
from schemas import features
from schemas.canonical_event import Surface

_STRANGER = b"\xe2\x98\x83 never seen "
"""A snowman opens the values that no vocabulary holds, so that they are not plain ASCII either."""


@dataclass(frozen=True)
class Probe:
    """Examples that can share one request, because they have equally many candidates.

    Attributes:
        name: What is being tried, for the reasons of a refusal.
        examples: The examples, without labels: a request has none.
    """

    name: str
    examples: tuple[tf.train.Example, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """[batch, candidates] of the scores that are due."""
        return len(self.examples), len(strings(self.examples[0], features.CANDIDATES))


def probes(files: Sequence[str], examples: int) -> list[Probe]:
    """Reads examples and makes of them everything that the gate asks.

    Args:
        files: Gzipped TFRecord files of behaviour examples.
        examples: How many to read, half of them of each surface where there are as many.

    Returns:
        One probe for each number of candidates among the examples, then one where user, items and words are unknown
        and one with neither user nor history, both with an example of each surface that there is; the former always
        with a search.

    Raises:
        ValueError: The files hold no example that could be asked for.
    """
    by_surface = _read(files, -(-examples // len(Surface)))
    if not by_surface:
        raise ValueError(f"The gate needs examples to replay. Received: none in {len(files)} files: {list(files)[:3]}")
    by_width = defaultdict(list)
    for example in (example for kept in by_surface.values() for example in kept):
        by_width[len(strings(example, features.CANDIDATES))].append(example)
    real = [Probe(f"examples with {width} candidates", tuple(kept)) for width, kept in sorted(by_width.items())]
    firsts = [kept[0] for kept in by_surface.values()]
    width = min(len(strings(example, features.CANDIDATES)) for example in firsts)
    # What answers searches is tried also where nobody has searched yet.
    searches = [] if Surface.SEARCH.value.encode() in by_surface else [_as_search(firsts[0])]
    return [
        *real,
        Probe("unknown user, items and words", tuple(_stranger(example, width) for example in firsts + searches)),
        Probe("neither user nor history", tuple(_newcomer(example, width) for example in firsts)),
    ]


def _read(files: Sequence[str], examples_per_surface: int) -> dict[bytes, list[tf.train.Example]]:
    by_surface: dict[bytes, list[tf.train.Example]] = {}
    for example in _stream(files):
        if not expressible(example) or not strings(example, features.CANDIDATES):
            continue
        kept = by_surface.setdefault(strings(example, features.SURFACE)[0], [])
        if len(kept) < examples_per_surface:
            kept.append(example)
        elif len(by_surface) == len(Surface) and all(len(each) >= examples_per_surface for each in by_surface.values()):
            break
    return by_surface


def _stream(files: Sequence[str]) -> Iterator[tf.train.Example]:
    for record in tf.data.TFRecordDataset(list(files), compression_type="GZIP").as_numpy_iterator():
        example = tf.train.Example.FromString(record)
        example.features.feature.pop(features.LABELS, None)
        yield example


def _stranger(example: tf.train.Example, width: int) -> tf.train.Example:
    """The same request by somebody unknown, about items and in words that are unknown."""
    result = _narrowed(example, width)
    for name, feature in result.features.feature.items():
        # Reading another kind's list is harmless, but writing to it would change the feature's kind.
        if name != features.SURFACE and feature.WhichOneof("kind") == "bytes_list":
            values = feature.bytes_list.value
            values[:] = [_STRANGER + str(place).encode() if value else value for place, value in enumerate(values)]
    return result


def _as_search(example: tf.train.Example) -> tf.train.Example:
    """The same request, had it been typed."""
    result = tf.train.Example()
    result.CopyFrom(example)
    for name, value in ((features.SURFACE, Surface.SEARCH.value.encode()), (features.QUERY, b"anything")):
        result.features.feature[name].bytes_list.value[:] = [value]
    return result


def _newcomer(example: tf.train.Example, width: int) -> tf.train.Example:
    """The same request by somebody who is not named and has done nothing yet."""
    result = _narrowed(example, width)
    result.features.feature[features.USER_ID].bytes_list.value[:] = [b""]
    for name in (
        features.HISTORY_KINDS,
        features.HISTORY_ITEM_COUNTS,
        features.HISTORY_ITEMS,
        features.HISTORY_QUERIES,
    ):
        result.features.feature.pop(name, None)
    return result


def _narrowed(example: tf.train.Example, width: int) -> tf.train.Example:
    """A copy with the first `width` candidates."""
    result = tf.train.Example()
    result.CopyFrom(example)
    del result.features.feature[features.CANDIDATES].bytes_list.value[width:]
    return result
