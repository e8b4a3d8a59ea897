"""Users, items, queries and history tokens as vectors (UniSAR, embedding module)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
from keras import ops

from models.layers.entity_encoder import EntityEncoder
from models.layers.text_encoder import TextEncoder
from models.registration import register
from models.unisar.config import UniSARConfig
from models.vocabulary import Vocabulary
from schemas import features
from schemas.features import PADDING


class HistoryTokens(NamedTuple):
    """A batch of histories, the two kinds apart.

    Attributes:
        recommendation: Float [batch, recommendation length, dim].
        recommendation_mask: Bool [batch, recommendation length]; True where the token is real.
        recommendation_positions: Int like the mask: each token's place in the merged history.
        search: Float [batch, search length, dim].
        search_mask: Bool [batch, search length].
        search_positions: Int like the mask.
        queries: Float [batch, search length, dim]: of each session.
        clicked: Float [batch, search length, items a session, dim].
        clicked_mask: Bool [batch, search length, items a session].
    """

    recommendation: Any
    recommendation_mask: Any
    recommendation_positions: Any
    search: Any
    search_mask: Any
    search_positions: Any
    queries: Any
    clicked: Any
    clicked_mask: Any


@register
class EmbeddingModule(keras.layers.Layer):
    """All tables of UniSAR, and what is made of them.

    A search token is its query plus the mean of the items clicked in the session. Recommendation has no query; a
    learned vector stands for it.

    Args:
        config: The model's configuration, or its fields as a dict.
        vocabulary: The numbers of indices, or its fields as a dict.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        history: The features of `HISTORY_FEATURES`, by name.
        item_table: Float [items, dim] from `item_table`, or None to embed each item where it is looked up.

    Returns:
        `HistoryTokens`.
    """

    HISTORY_FEATURES = (
        features.RECOMMENDATION_ITEMS,
        features.RECOMMENDATION_POSITIONS,
        features.SEARCH_WORDS,
        features.SEARCH_ITEMS,
        features.SEARCH_POSITIONS,
        features.SEARCH_KINDS,
    )

    def __init__(
        self, config: UniSARConfig | Mapping[str, Any], vocabulary: Vocabulary | Mapping[str, Any], **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.config = config if isinstance(config, UniSARConfig) else UniSARConfig(**config)
        self.vocabulary = vocabulary if isinstance(vocabulary, Vocabulary) else Vocabulary.from_dict(vocabulary)

    def build(self, history_shape=None, item_table_shape=None):
        """Creates all tables."""
        config, vocabulary = self.config, self.vocabulary
        self.texts = TextEncoder(vocabulary.words, config.word_dim, config.dim, name="texts", dtype=self.dtype_policy)
        self.users = EntityEncoder(
            vocabulary.users,
            config.user_dim,
            config.dim,
            vocabulary.user_attributes,
            mask_padding=False,
            text_encoder=self.texts,
            name="users",
            dtype=self.dtype_policy,
        )
        self.items = EntityEncoder(
            vocabulary.items,
            config.item_dim,
            config.dim,
            vocabulary.item_attributes,
            text_encoder=self.texts,
            name="items",
            dtype=self.dtype_policy,
        )
        for each in (self.texts, self.users, self.items):
            each.build(None)
        self.recommendation_query = self.add_weight(
            name="recommendation_query", shape=(1, config.dim), initializer="glorot_normal"
        )
        self.built = True

    def embed_items(self, ids, item_table=None):
        """Items as vectors: float [..., dim]; 0 for padding."""
        if item_table is None:
            return self.items(ids)
        return ops.cast(ops.take(item_table, ids, axis=0), self.compute_dtype)

    def table_for(self, lookups: int | None):
        """The table of the whole catalogue where it is cheaper than the lookups, else None.

        Args:
            lookups: How many items a step looks up; None where that is not known when the step is compiled.
        """
        limit = self.config.whole_catalogue_up_to if lookups is None else lookups
        return self.items.table() if self.vocabulary.items <= limit else None

    def call(self, history, item_table=None):
        """Embeds the history's tokens."""
        recommendation_ids = history[features.RECOMMENDATION_ITEMS]
        session_ids = history[features.SEARCH_ITEMS]
        search_mask = ops.not_equal(history[features.SEARCH_KINDS], PADDING)
        queries = self.texts(history[features.SEARCH_WORDS])
        clicked = self.embed_items(session_ids, item_table)
        clicked_mask = ops.logical_and(ops.not_equal(session_ids, PADDING), ops.expand_dims(search_mask, -1))
        count = ops.sum(ops.cast(clicked_mask, self.compute_dtype), axis=-1, keepdims=True)
        # Padding items are exactly 0, so the sum needs no mask.
        search = ops.add(queries, ops.divide(ops.sum(clicked, axis=-2), ops.maximum(count, 1)))
        return HistoryTokens(
            recommendation=self.embed_items(recommendation_ids, item_table),
            recommendation_mask=ops.not_equal(recommendation_ids, PADDING),
            recommendation_positions=history[features.RECOMMENDATION_POSITIONS],
            search=search,
            search_mask=search_mask,
            search_positions=history[features.SEARCH_POSITIONS],
            queries=queries,
            clicked=clicked,
            clicked_mask=clicked_mask,
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "config": self.config.to_dict(), "vocabulary": self.vocabulary.to_dict()}
