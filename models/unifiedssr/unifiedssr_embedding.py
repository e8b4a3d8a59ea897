"""The embedding tables of UnifiedSSR: users, items and queries as vectors."""

import math
from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from models.layers.embedding.distinct_rows import distinct_rows
from models.layers.embedding.entity_encoder import EntityEncoder
from models.layers.embedding.table_lookup import look_up
from models.layers.embedding.text_encoder import TextEncoder
from models.layers.fast.dropout import Dropout
from models.layers.fast.packing import SHAPES_MAY_DEPEND_ON_VALUES
from models.registration import register
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.vocabulary import Vocabulary
from schemas import features


@register
class EmbeddingModule(keras.layers.Layer):
    """All embedding tables of UnifiedSSR. Every vector is multiplied by √dim after its lookup.

    * A query is the mean of its words' vectors. A query without words is 0.
    * An item is the vector of its id. With `item_attributes`, an `EntityEncoder` computes it from the id and the
      attributes; titles and queries share one table of words.
    * A user is the vector of the id. If the vocabulary has user attributes, a second `EntityEncoder` computes it from
      the id and the attributes.
    * With `id_dropout`, ids of items and users count as unknown at random in training: their own vectors add nothing.
      Those without a row of their own are unknown always.

    Source: UnifiedSSR (arXiv 2310.13921), embeddings of users, products and queries. Attributes are our addition.

    Args:
        config: The model's configuration, or its fields as a dict.
        vocabulary: The sizes of the tables and the attributes, or its fields as a dict.
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
        self.drop_users = None
        if config.user_embedding and vocabulary.user_attributes:
            self.user_encoder = EntityEncoder(
                vocabulary.users,
                dim,
                dim,
                vocabulary.user_attributes,
                mask_padding=False,
                id_dropout=config.id_dropout,
                name="user_encoder",
                dtype=policy,
            )
            self.user_encoder.build(None)
        elif config.user_embedding:
            self.user_table = self._table("user_table", vocabulary.users)
            if config.id_dropout:
                self.drop_users = Dropout(config.id_dropout, name="drop_users", dtype=policy)
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
                id_dropout=config.id_dropout,
                name="item_encoder",
                dtype=policy,
            )
            self.item_encoder.build(None)
        else:
            self.item_table = self._table("item_table", vocabulary.items)
        self.built = True

    def _table(self, name: str, rows: int):
        # Looked-up rows are cast to the compute dtype. Casting the whole table first would cost more.
        shape = (rows, self.config.dim)
        return self.add_weight(name=name, shape=shape, initializer="glorot_normal", autocast=False)

    def table_vocabularies(self) -> dict[str, str]:
        """The vocabulary of each trained table, by the weight's path."""
        plain = ((self.user_table, features.USER_VOCABULARY), (self.item_table, features.ITEM_VOCABULARY))
        named = {table.path: vocabulary for table, vocabulary in plain if table is not None}
        if self.user_encoder is not None:
            named |= self.user_encoder.table_vocabularies(features.USER_VOCABULARY)
        if self.item_encoder is not None:
            named |= self.item_encoder.table_vocabularies(features.ITEM_VOCABULARY)
        return named | (self.texts.table_vocabularies() if self.texts is not None else {})

    def set_item_attributes(self, values: Mapping[str, Any]) -> None:
        """Sets the attributes of the items. Does nothing if the configuration has no `item_attributes`."""
        if self.item_encoder is not None:
            self.item_encoder.set_attributes(values)

    def set_user_attributes(self, values: Mapping[str, Any]) -> None:
        """Sets the attributes of the users. Does nothing if the model does not embed them."""
        if self.user_encoder is not None:
            self.user_encoder.set_attributes(values)

    def users(self, ids, training=False):
        """Embeds users: int [...] to float [..., dim]; the number 0 without `user_embedding`."""
        if self.user_encoder is not None:
            return ops.multiply(self.user_encoder(ids, training=training), self._scale)
        if self.user_table is None:
            return 0.0
        vectors = self._look_up(self.user_table, ids)
        if self.drop_users is None:
            return vectors
        is_known = ops.cast(ops.less(ids, self.vocabulary.users - 1), vectors.dtype)
        kept = ops.cast(ops.greater(self.drop_users(ops.ones_like(is_known), training=training), 0), vectors.dtype)
        return ops.multiply(vectors, ops.expand_dims(ops.multiply(is_known, kept), -1))

    def queries(self, words):
        """Embeds queries: int [..., words] to float [..., dim]."""
        return ops.multiply(self.texts(words), self._scale)

    def items(self, ids, table=None, training=False):
        """Embeds items: float [..., dim].

        Args:
            ids: Int [...].
            table: What `item_embeddings` returned, so that no item is embedded again; None embeds the items.
            training: Whether ids are dropped.
        """
        if table is not None:
            return ops.cast(ops.take(table, ids, axis=0), self.compute_dtype)
        if self.item_encoder is None:
            return self._look_up(self.item_table, ids)
        if SHAPES_MAY_DEPEND_ON_VALUES:
            # Embeds each distinct item once.
            distinct, places = distinct_rows([ids], self.vocabulary.items)
            vectors = ops.take(self.item_encoder(distinct, training=training), ops.take(places, ids), axis=0)
        else:
            vectors = self.item_encoder(ids, training=training)
        return ops.multiply(vectors, self._scale)

    def item_embeddings(self):
        """Embeds all items: float [items, dim]."""
        table = self.item_table if self.item_encoder is None else self.item_encoder.table()
        return ops.multiply(ops.cast(table, self.compute_dtype), self._scale)

    def _look_up(self, table, ids):
        return ops.multiply(ops.cast(look_up(table, ids), self.compute_dtype), self._scale)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "config": self.config.to_dict(), "vocabulary": self.vocabulary.to_dict()}
