"""What is to be known of the items that are listed: how popular they are, and what two of them have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import tensorflow as tf

from components.baselines.item_features import item_slots, trait_table
from schemas import features

_BATCH: Final = 4096


@dataclass(frozen=True)
class ListedItems:
    """The items of a catalogue.

    Attributes:
        places: Item id to index.
        engagements: int64 [items + 1] how many training examples have the item as their positive. The last row is that
            of unknown items.
        traits: int32 [items + 1, slots] see `components.baselines.item_features.ItemFeatures`.
    """

    places: Mapping[bytes, int]
    engagements: np.ndarray
    traits: np.ndarray

    def __len__(self) -> int:
        """How many items there are."""
        return len(self.places)

    def indices(self, items: Sequence[bytes]) -> np.ndarray:
        """int64 [items] their indices; of an unknown one that of the last row."""
        return np.array([self.places.get(item, len(self)) for item in items], np.int64)


def read_listed_items(files: Sequence[str]) -> ListedItems:
    """Reads the split `catalog`.

    Args:
        files: Gzipped TFRecord files of serialized tf.Examples, one for each item.
    """
    places: dict[bytes, int] = {}
    engagements: list[int] = []
    slots = []
    specification = {
        features.ITEM_ID: tf.io.FixedLenFeature([], tf.string),
        features.ENGAGEMENTS: tf.io.FixedLenFeature([], tf.int64, 0),
        features.CATEGORIES: tf.io.RaggedFeature(tf.string),
        features.ATTRIBUTES: tf.io.RaggedFeature(tf.string),
    }
    for batch in tf.data.TFRecordDataset(list(files), compression_type="GZIP").batch(_BATCH):
        columns = tf.io.parse_example(batch, specification)
        for item, count, categories, attributes in zip(
            columns[features.ITEM_ID].numpy(),
            columns[features.ENGAGEMENTS].numpy().tolist(),
            columns[features.CATEGORIES].to_list(),
            columns[features.ATTRIBUTES].to_list(),
            strict=True,
        ):
            if item not in places:
                places[item] = len(places)
                engagements.append(count)
                slots.append(item_slots(categories, attributes))
    return ListedItems(places, np.array([*engagements, 0], np.int64), trait_table(slots))
