"""Makes behaviour examples as BehaviourExampleGen writes them, from what a test cares about."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import tensorflow as tf

from components.behaviour_example_gen.examples import behaviour_examples
from schemas import features
from schemas.canonical_event import Event, Surface, Token


def behaviour_example(
    candidates: Sequence[str],
    positive: int = 0,
    surface: Surface = Surface.RECOMMENDATION,
    query: str = "",
    user: str = "u1",
    history: Sequence[Token] = (),
    shown_place: int | None = None,
) -> bytes:
    """Makes one serialized tf.Example. Its positive is the candidate at place `positive`; with -1 it has none.

    With a `shown_place`, it is one of a log that tells at which place each item was shown.
    """
    target = Event(user, 1_000, surface, query, item_id=candidates[0], place=shown_place or 0)
    made = behaviour_examples.behaviour_example(target, history, candidates[1:], with_place=shown_place is not None)
    example = tf.train.Example.FromString(made)
    labels = example.features.feature[features.LABELS].float_list.value
    labels[:] = [float(place == positive) for place in range(len(candidates))]
    return example.SerializeToString()


def write_examples(path: Path, serialized: Iterable[bytes]) -> str:
    """Writes a gzipped TFRecord file and returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions(compression_type="GZIP")) as writer:
        for example in serialized:
            writer.write(example)
    return str(path)
