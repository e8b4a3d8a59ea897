"""UniSAR's embedding module: users, items, queries and history tokens as vectors."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
from keras import ops

from models.layers.embedding.context_encoder import ContextEncoder
from models.layers.embedding.distinct_rows import distinct_rows
from models.layers.embedding.entity_encoder import EntityEncoder
from models.layers.embedding.text_encoder import TextEncoder
from models.layers.fast.packing import SHAPES_MAY_DEPEND_ON_VALUES, Flattening, Packing
from models.registration import register
from models.unisar.unisar_config import UniSARConfig
from models.vocabulary import Vocabulary
from schemas import features
from schemas.features import PADDING


class HistoryTokens(NamedTuple):
    """A batch of histories, the two kinds of token apart, padded or packed.

    In a padded batch, `tokens` in the shapes below stands for [batch, length], and a mask is bool [batch, length], True
    where the token is real. In a packed batch, `tokens` is one axis, and a mask is a layout of
    `models.layers.fast.packing`.

    Attributes:
        recommendation: Float [tokens, dim].
        recommendation_mask: The mask of the recommendation tokens.
        recommendation_positions: Int [tokens], the place of each token in the merged history.
        search: Float [tokens, dim].
        search_mask: The mask of the search tokens.
        search_positions: Int [tokens], the place of each token in the merged history.
        words: Int [tokens, words per query], the words of each session's query.
        queries: Float [tokens, dim], the encoded query of each session.
        items: Int [tokens, items per session], the items clicked in each session.
        clicked: Float [tokens, items per session, dim], the encoded clicked items.
        clicked_mask: Bool [tokens, items per session]; False for padding.
    """

    recommendation: Any
    recommendation_mask: Any
    recommendation_positions: Any
    search: Any
    search_mask: Any
    search_positions: Any
    words: Any
    queries: Any
    items: Any
    clicked: Any
    clicked_mask: Any


class ItemTable(NamedTuple):
    """Items that are embedded already.

    Attributes:
        vectors: Float [items, dim].
        texts: Float [items, dim], the encodings of their texts alone; None if texts are not compared with queries.
    """

    vectors: Any
    texts: Any = None


class ItemLookup:
    """Turns item ids into vectors in the cheapest way that a step allows.

    Args:
        encoder: Embeds ids.
        table: Items that are embedded already; None embeds each id at its lookup.
        places: Int [items], the row of each item in the table; None if rows and ids are the same.
        training: Whether ids are dropped where they are embedded at their lookup.
    """

    def __init__(self, encoder: EntityEncoder, table: ItemTable | None = None, places=None, training=False):
        self._encoder = encoder
        self._table = table
        self._places = places
        self._training = training

    def __call__(self, ids):
        """The vectors of items: int [...] to float [..., dim]; 0 for padding."""
        if self._table is None:
            return self._encoder(ids, training=self._training)
        return self._rows(self._table.vectors, ids)

    def texts(self, ids):
        """The encodings of the items' texts alone: int [...] to float [..., dim]; 0 for padding."""
        return self._encoder.encode_texts(ids) if self._table is None else self._rows(self._table.texts, ids)

    def _rows(self, table, ids):
        rows = ids if self._places is None else ops.take(self._places, ids)
        return ops.cast(ops.take(table, rows, axis=0), self._encoder.compute_dtype)


@register
class EmbeddingModule(keras.layers.Layer):
    """All embedding tables of UniSAR, and the history tokens made from them.

    A search token is its query plus the mean of the items clicked in the session. Recommendation has no query, so a
    learned vector replaces it.

    Source: UniSAR (arXiv 2404.09520), embedding module. Context values are an addition of ours.

    Args:
        config: The model's configuration, or its fields as a dict.
        vocabulary: The sizes of the tables and the attributes, or its fields as a dict.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        history: The features `HISTORY_FEATURES` by name.
        items: An `ItemLookup`; None embeds each item at its lookup.
        layout: `Packing` stores tokens one after the other without padding, `Flattening` with padding; None keeps
            tokens padded.

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
            id_dropout=config.id_dropout,
            name="users",
            dtype=self.dtype_policy,
        )
        self.items = EntityEncoder(
            vocabulary.items,
            config.item_dim,
            config.dim,
            vocabulary.item_attributes,
            text_encoder=self.texts,
            id_dropout=config.id_dropout,
            name="items",
            dtype=self.dtype_policy,
        )
        self.context = None
        if vocabulary.context:
            self.context = ContextEncoder(vocabulary.context, name="context", dtype=self.dtype_policy)
        for each in (self.texts, self.users, self.items, *([self.context] if self.context else [])):
            each.build(None)
        self.recommendation_query = self.add_weight(
            name="recommendation_query", shape=(1, config.dim), initializer="glorot_normal"
        )
        self.built = True

    def table_vocabularies(self) -> dict[str, str]:
        """The vocabulary of each trained table, by the weight's path."""
        return {
            **self.users.table_vocabularies(features.USER_VOCABULARY),
            **self.items.table_vocabularies(features.ITEM_VOCABULARY),
            **self.texts.table_vocabularies(),
            **(self.context.table_vocabularies() if self.context else {}),
        }

    def look_up(self, *ids, training=False) -> ItemLookup:
        """Embeds each distinct item of `ids` once. `ids` are int arrays with all items that will be looked up."""
        if not SHAPES_MAY_DEPEND_ON_VALUES:
            return ItemLookup(self.items, training=training)
        distinct, places = distinct_rows(ids, self.vocabulary.items)
        return ItemLookup(self.items, self.embed(distinct, training), places)

    def embed(self, ids, training=False) -> ItemTable:
        """Embeds the items `ids`: int [n]."""
        return ItemTable(
            self.items(ids, training=training), self.items.encode_texts(ids) if self.compares_texts else None
        )

    @property
    def compares_texts(self) -> bool:
        """Whether the model compares queries with items' texts."""
        has_texts = any(each.is_text for each in self.vocabulary.item_attributes)
        return self.config.matching and self.config.text_matching and has_texts

    def call(self, history, items=None, layout=None):
        """Embeds the history's tokens."""
        items = ItemLookup(self.items) if items is None else items
        recommendation_ids = history[features.RECOMMENDATION_ITEMS]
        recommendation_mask = ops.not_equal(recommendation_ids, PADDING)
        recommendation_positions = history[features.RECOMMENDATION_POSITIONS]
        search_mask = real_sessions = ops.not_equal(history[features.SEARCH_KINDS], PADDING)
        search_positions = history[features.SEARCH_POSITIONS]
        words, session_ids = history[features.SEARCH_WORDS], history[features.SEARCH_ITEMS]
        if layout is Packing and not SHAPES_MAY_DEPEND_ON_VALUES:
            layout = Flattening
        if layout is not None:
            recommendation_mask, search_mask = layout.of(recommendation_mask), layout.of(search_mask)
            recommendation_ids, recommendation_positions = (
                recommendation_mask.pack(each) for each in (recommendation_ids, recommendation_positions)
            )
            real_sessions, search_positions, words, session_ids = (
                search_mask.pack(each) for each in (real_sessions, search_positions, words, session_ids)
            )
        queries, clicked = self.texts(words), items(session_ids)
        clicked_mask = ops.logical_and(ops.not_equal(session_ids, PADDING), ops.expand_dims(real_sessions, -1))
        count = ops.sum(ops.cast(clicked_mask, self.compute_dtype), axis=-1, keepdims=True)
        # The vectors of padding items are exactly 0, so the sum needs no mask.
        search = ops.add(queries, ops.divide(ops.sum(clicked, axis=-2), ops.maximum(count, 1)))
        return HistoryTokens(
            recommendation=items(recommendation_ids),
            recommendation_mask=recommendation_mask,
            recommendation_positions=recommendation_positions,
            search=search,
            search_mask=search_mask,
            search_positions=search_positions,
            words=words,
            queries=queries,
            items=session_ids,
            clicked=clicked,
            clicked_mask=clicked_mask,
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "config": self.config.to_dict(), "vocabulary": self.vocabulary.to_dict()}
