"""What the rules know of the items: their places in the catalogue, their words, and what two of them may share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import tensorflow as tf

from schemas import features
from schemas.word_splitting import words

NOTHING: Final = -1
"""The index of padding."""
Slot = tuple[str, int, bytes]
"""A kind of value, categories or attributes; its place among these; and the value."""
_BATCH = 4096


@dataclass(frozen=True)
class ItemFeatures:
    """The items of a catalogue. An item's index is its place in it.

    Attributes:
        places: Item id to index.
        texts: For each item, the words of its title, categories and attributes, with repetitions.
        traits: int32 [items + 1, slots] for each category level and each attribute, the index of its value. Two items
            share a value if they have the same index. `NOTHING` if an item has none, and throughout the last row, which
            stands for unknown items.
    """

    places: Mapping[bytes, int]
    texts: Sequence[Sequence[str]]
    traits: np.ndarray

    def __len__(self) -> int:
        """How many items there are."""
        return len(self.places)

    def known(self, items: np.ndarray) -> np.ndarray:
        """Indices into tables of `len(self) + 1` rows: of an unknown item, and of padding, the last."""
        return np.where((items >= 0) & (items < len(self)), items, len(self))


def read_item_features(files: Sequence[str]) -> ItemFeatures:
    """Reads the split `catalog`.

    Args:
        files: Gzipped TFRecord files of serialized tf.Examples, one for each item.
    """
    places: dict[bytes, int] = {}
    texts: list[list[str]] = []
    slots: list[list[Slot]] = []
    for item, title, categories, attributes in _rows(files):
        if item in places:
            continue
        places[item] = len(places)
        shown = [title, *categories, *attributes]
        texts.append([word for text in shown for word in words(text.decode(errors="replace"), fold_accents=True)])
        slots.append(item_slots(categories, attributes))
    return ItemFeatures(places, texts, trait_table(slots))


def item_slots(categories: Sequence[bytes], attributes: Sequence[bytes]) -> list[Slot]:
    """What an item may share with another: its category levels and attributes, empty ones left out."""
    return [
        (kind, place, value)
        for kind, values in ((features.CATEGORIES, categories), (features.ATTRIBUTES, attributes))
        for place, value in enumerate(values)
        if value
    ]


def trait_table(slots: Sequence[Sequence[Slot]]) -> np.ndarray:
    """The table `ItemFeatures.traits` of items with these values."""
    columns = {slot: place for place, slot in enumerate(sorted({each[:2] for row in slots for each in row}))}
    values: dict[tuple[str, int, bytes], int] = {}
    traits = np.full((len(slots) + 1, len(columns)), NOTHING, np.int32)
    for row, each in enumerate(slots):
        for trait in each:
            traits[row, columns[trait[:2]]] = values.setdefault(trait, len(values))
    return traits


def _rows(files: Sequence[str]) -> Iterator[tuple[bytes, bytes, list[bytes], list[bytes]]]:
    specification = {
        features.ITEM_ID: tf.io.FixedLenFeature([], tf.string),
        features.TITLE: tf.io.FixedLenFeature([], tf.string, ""),
        features.CATEGORIES: tf.io.RaggedFeature(tf.string),
        features.ATTRIBUTES: tf.io.RaggedFeature(tf.string),
    }
    for batch in tf.data.TFRecordDataset(list(files), compression_type="GZIP").batch(_BATCH):
        columns = tf.io.parse_example(batch, specification)
        yield from zip(
            columns[features.ITEM_ID].numpy(),
            columns[features.TITLE].numpy(),
            columns[features.CATEGORIES].to_list(),
            columns[features.ATTRIBUTES].to_list(),
            strict=True,
        )
