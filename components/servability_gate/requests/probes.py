"""Makes the examples that a candidate is asked about: real ones, and ones with unknown users, items and words."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import tensorflow as tf

from components.servability_gate.requests.rank_inputs import expressible, strings
from schemas import features
from schemas.canonical_event import Surface

_STRANGER = b"\xe2\x98\x83 never seen "
"""The values that no vocabulary holds begin with a snowman, so that they are not plain ASCII."""


@dataclass(frozen=True)
class Probe:
    """Examples that can share one request, because they have equally many candidates.

    Attributes:
        name: What is tried; reasons of a refusal name it.
        examples: The examples, without labels, because a request has none.
    """

    name: str
    examples: tuple[tf.train.Example, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """The shape that the scores should have: [batch, candidates]."""
        return len(self.examples), len(strings(self.examples[0], features.CANDIDATES))


def probes(files: Sequence[str], examples: int) -> list[Probe]:
    """Reads examples, and makes the probes that the gate sends.

    Args:
        files: Gzipped TFRecord files of behaviour examples.
        examples: How many to read, half of them from each surface if there are enough.

    Returns:
        One probe for each number of candidates among the examples. Then a probe with unknown users, items and words,
        and a probe with neither user nor history. Both have an example of each surface that occurs, and the former
        always has a search.

    Raises:
        ValueError: The files hold no example that a request could ask about.
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
    # Searches are tried even if the examples hold none.
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
    """The same request from an unknown user, about unknown items, in unknown words."""
    result = _narrowed(example, width)
    for name, feature in result.features.feature.items():
        # Writing to the list of another kind would change the feature's kind.
        if name != features.SURFACE and feature.WhichOneof("kind") == "bytes_list":
            values = feature.bytes_list.value
            values[:] = [_STRANGER + str(place).encode() if value else value for place, value in enumerate(values)]
    return result


def _as_search(example: tf.train.Example) -> tf.train.Example:
    """The same request as a search."""
    result = tf.train.Example()
    result.CopyFrom(example)
    for name, value in ((features.SURFACE, Surface.SEARCH.value.encode()), (features.QUERY, b"anything")):
        result.features.feature[name].bytes_list.value[:] = [value]
    return result


def _newcomer(example: tf.train.Example, width: int) -> tf.train.Example:
    """The same request from a user without a name and without a history."""
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
