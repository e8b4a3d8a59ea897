"""Users, items and queries as vectors (UnifiedSSR, embeddings)."""

import math
from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from models.layers.embedding.distinct_rows import distinct_rows
from models.layers.embedding.entity_encoder import EntityEncoder
from models.layers.embedding.table_lookup import look_up
from models.layers.embedding.text_encoder import TextEncoder
from models.layers.fast.packing import SHAPES_MAY_DEPEND_ON_VALUES
from models.registration import register
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.vocabulary import Vocabulary


@register
class EmbeddingModule(keras.layers.Layer):
    """All tables of UnifiedSSR. What is looked up in them is multiplied by √dim.

    A query is the mean of its words; one without words is 0. Items are their ids or, with `item_attributes`, what an
    `EntityEncoder` makes of their ids and attributes, titles from the words that queries have too. Users are their ids
    or, where the vocabulary has attributes of theirs, what another such encoder makes of both.

    Args:
        config: The model's configuration, or its fields as a dict.
        vocabulary: The numbers of indices, or its fields as a dict.
        **kwargs: Passed to `keras.layers.Layer`.
    """

    def __init__(
        self, config: UnifiedSSRConfig | Mapping[str, Any], vocabulary: Vocabulary | Mapping[str, Any], **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.config = config if isinstance(config, UnifiedSSRConfig) else UnifiedSSRConfig(**config)
        self.vocabulary = vocabulary if isinstance(vocabulary, Vocabulary) else Vocabulary.from_dict(vocabulary)
        self._scale = math.sqrt(self.config.dim)

    def build(self, input_shape=None):
        """Creates the tables."""
        config, vocabulary, policy = self.config, self.vocabulary, self.dtype_policy
        dim = config.dim
        self.user_table = self.user_encoder = self.texts = self.item_encoder = self.item_table = None
        if config.user_embedding and vocabulary.user_attributes:
            self.user_encoder = EntityEncoder(
                vocabulary.users,
                dim,
                dim,
                vocabulary.user_attributes,
                mask_padding=False,
                name="user_encoder",
                dtype=policy,
            )
            self.user_encoder.build(None)
        elif config.user_embedding:
            self.user_table = self._table("user_table", vocabulary.users)
        if config.query_branch or config.item_attributes:
            self.texts = TextEncoder(vocabulary.words, dim, dim, project=False, name="texts", dtype=policy)
            self.texts.build(None)
        if config.item_attributes:
            self.item_encoder = EntityEncoder(
                vocabulary.items,
                dim,
                dim,
                vocabulary.item_attributes,
                text_encoder=self.texts,
                name="item_encoder",
                dtype=policy,
            )
            self.item_encoder.build(None)
        else:
            self.item_table = self._table("item_table", vocabulary.items)
        self.built = True

    def _table(self, name: str, rows: int):
        # Rows are cast when they have been looked up, not the whole table before.
        shape = (rows, self.config.dim)
        return self.add_weight(name=name, shape=shape, initializer="glorot_normal", autocast=False)

    def set_item_attributes(self, values: Mapping[str, Any]) -> None:
        """Fills in what is known of the items; without `item_attributes` it is not needed and left out."""
        if self.item_encoder is not None:
            self.item_encoder.set_attributes(values)

    def set_user_attributes(self, values: Mapping[str, Any]) -> None:
        """Fills in what is known of the users; without `user_embedding` it is not needed and left out."""
        if self.user_encoder is not None:
            self.user_encoder.set_attributes(values)

    def users(self, ids):
        """Users: float [...] + [dim], or 0 without `user_embedding`."""
        if self.user_encoder is not None:
            return ops.multiply(self.user_encoder(ids), self._scale)
        return 0.0 if self.user_table is None else self._look_up(self.user_table, ids)

    def queries(self, words):
        """Queries: int [..., words] to float [..., dim]."""
        return ops.multiply(self.texts(words), self._scale)

    def items(self, ids, table=None):
        """Items: float [..., dim].

        Args:
            ids: Int [...].
            table: What `item_embeddings` returned, so that no item is embedded again; None embeds them.
        """
        if table is not None:
            return ops.cast(ops.take(table, ids, axis=0), self.compute_dtype)
        if self.item_encoder is None:
            return self._look_up(self.item_table, ids)
        if SHAPES_MAY_DEPEND_ON_VALUES:
            # Each item once, however often it is asked for.
            distinct, places = distinct_rows([ids], self.vocabulary.items)
            vectors = ops.take(self.item_encoder(distinct), ops.take(places, ids), axis=0)
        else:
            vectors = self.item_encoder(ids)
        return ops.multiply(vectors, self._scale)

    def item_embeddings(self):
        """All items: float [items, dim]."""
        table = self.item_table if self.item_encoder is None else self.item_encoder.table()
        return ops.multiply(ops.cast(table, self.compute_dtype), self._scale)

    def _look_up(self, table, ids):
        return ops.multiply(ops.cast(look_up(table, ids), self.compute_dtype), self._scale)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "config": self.config.to_dict(), "vocabulary": self.vocabulary.to_dict()}
