"""UniSAR's contrastive losses of a step: query-item contrast and history alignment."""

from collections.abc import Mapping
from typing import Any, Final

import keras
from keras import ops

from models.layers.fast.packing import LAYOUTS, bool_mask, padded
from models.losses.history_alignment import HistoryAlignment
from models.losses.query_item_contrast import QueryItemContrast
from models.losses.random_choice import draw
from models.registration import register
from models.unisar.transition_extraction import Transitions
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_embedding import HistoryTokens, ItemLookup
from schemas.features import PADDING

QUERY_ITEM_LOSS: Final = "query_item_loss"
HISTORY_ALIGNMENT_LOSS: Final = "history_alignment_loss"


@register
class Contrasts(keras.layers.Layer):
    """Query-item contrast and history alignment, as far as the configuration has them.

    In each step, the query-item contrast draws its pairs and its negative queries from the sessions of the batch, and
    its negative items from the whole catalogue. A negative equal to a pair's own item or query is left out.

    The history alignment uses rows that have both kinds of token. Other rows have no transition between kinds.

    Source: UniSAR (arXiv 2404.09520), query-item alignment and transition alignment. Drawing pairs and rows is ours;
    `README.md` beside this file says why.

    Args:
        config: The model's configuration, or its fields as a dict.
        **kwargs: Passed to `keras.layers.Layer`.
    """

    def __init__(self, config: UniSARConfig | Mapping[str, Any], **kwargs: Any):
        super().__init__(**kwargs)
        self.config = config if isinstance(config, UniSARConfig) else UniSARConfig(**config)

    @property
    def weights_by_name(self) -> dict[str, float]:
        """The weights in the joint loss of the losses that the configuration has, by name."""
        config = self.config
        weights = {}
        if config.query_item_contrast and config.query_item_weight:
            weights[QUERY_ITEM_LOSS] = config.query_item_weight
        if config.history_alignment and config.history_alignment_weight and any(self._aligned()):
            weights[HISTORY_ALIGNMENT_LOSS] = config.history_alignment_weight
        return weights

    def _aligned(self) -> tuple[bool, bool]:
        config = self.config
        return (
            config.search_to_recommendation and config.recommendation_to_recommendation,
            config.recommendation_to_search and config.search_to_search,
        )

    def build(self, input_shape=None):
        """Creates the similarities of the losses that the configuration has."""
        config = self.config
        self.query_item = self.recommendation_alignment = self.search_alignment = None
        if QUERY_ITEM_LOSS in self.weights_by_name:
            self.seed = keras.random.SeedGenerator()
            self.query_item = self._make(QueryItemContrast, config.query_item_temperature, "query_item")
        if HISTORY_ALIGNMENT_LOSS in self.weights_by_name:
            temperature = config.history_alignment_temperature
            recommendation, search = self._aligned()
            if recommendation:
                self.recommendation_alignment = self._make(HistoryAlignment, temperature, "recommendation_alignment")
            if search:
                self.search_alignment = self._make(HistoryAlignment, temperature, "search_alignment")
        self.built = True

    def _make(self, layer_class: type, temperature: float, name: str) -> keras.layers.Layer:
        layer = layer_class(temperature, name=name, dtype=self.dtype_policy)
        layer.build((None, None, self.config.dim))
        return layer

    def draw_items(self, count: int):
        """Draws the negative items of the query-item contrast: int32 [negatives]; None if that loss is off.

        Args:
            count: Number of items in the vocabulary, padding included.
        """
        negatives = self.config.query_item_negatives if self.query_item is not None else 0
        return keras.random.randint((negatives,), PADDING + 1, count, seed=self.seed) if negatives else None

    def losses_by_name(
        self, tokens: HistoryTokens, transitions: Transitions, negative_items, items: ItemLookup
    ) -> dict[str, Any]:
        """Computes the losses of `weights_by_name`.

        Args:
            tokens: The history tokens of the batch.
            transitions: The transitions of the batch.
            negative_items: What `draw_items` returned.
            items: Embeds the negative items.

        Returns:
            Float32 scalars by name, not weighted.
        """
        losses = {}
        if self.query_item is not None:
            losses[QUERY_ITEM_LOSS] = self.query_item_loss(tokens, negative_items, items)
        if self.recommendation_alignment is not None or self.search_alignment is not None:
            losses[HISTORY_ALIGNMENT_LOSS] = self.alignment_loss(tokens, transitions)
        return losses

    def query_item_loss(self, tokens: HistoryTokens, negative_items, items: ItemLookup):
        """The query-item contrast of pairs and negatives that are drawn for this step."""
        dim = self.config.dim
        queries = ops.reshape(tokens.queries, (-1, dim))
        words = ops.reshape(tokens.words, (-1, tokens.words.shape[-1]))
        query_keys = _text_keys(words)
        session_size = tokens.items.shape[-1]
        clicked_mask = ops.reshape(tokens.clicked_mask, (-1,))
        if self.config.query_item_pairs:
            pairs, found = draw(clicked_mask, self.config.query_item_pairs, self.seed)
            real = ops.logical_and(ops.take(clicked_mask, pairs), found)
        else:
            pairs, real = ops.arange(ops.shape(clicked_mask)[0], dtype="int32"), clicked_mask
        sessions = ops.floor_divide(pairs, session_size)
        pair_items = ops.take(ops.reshape(tokens.items, (-1,)), pairs)

        is_session = tokens.search_mask.real if isinstance(tokens.search_mask, LAYOUTS) else tokens.search_mask
        with_words = ops.logical_and(ops.reshape(is_session, (-1,)), ops.any(ops.not_equal(words, PADDING), axis=-1))
        others, _ = draw(with_words, self.config.query_item_negatives, self.seed)
        query_hits = ops.equal(
            ops.expand_dims(ops.take(query_keys, sessions), 1), ops.expand_dims(ops.take(query_keys, others), 0)
        )
        return self.query_item(
            ops.take(queries, sessions, axis=0),
            ops.take(ops.reshape(tokens.clicked, (-1, dim)), pairs, axis=0),
            real,
            items(negative_items),
            ops.take(queries, others, axis=0),
            item_hits=ops.equal(ops.expand_dims(pair_items, 1), ops.expand_dims(negative_items, 0)),
            query_hits=query_hits,
        )

    def alignment_loss(self, tokens: HistoryTokens, transitions: Transitions):
        """The sum of the alignments of both histories, over at most `history_alignment_rows` rows."""
        recommendation_mask, search_mask = (
            bool_mask(mask) for mask in (tokens.recommendation_mask, tokens.search_mask)
        )
        rows = ops.logical_and(ops.any(recommendation_mask, axis=-1), ops.any(search_mask, axis=-1))
        pick = _evenly(ops.shape(rows)[0], self.config.history_alignment_rows)
        total = 0.0
        if self.recommendation_alignment is not None:
            total += self.recommendation_alignment(
                pick(padded(transitions.search_to_recommendation, tokens.recommendation_mask)),
                pick(padded(transitions.recommendation_to_recommendation, tokens.recommendation_mask)),
                pick(recommendation_mask),
                pick(rows),
            )
        if self.search_alignment is not None:
            total += self.search_alignment(
                pick(padded(transitions.recommendation_to_search, tokens.search_mask)),
                pick(padded(transitions.search_to_search, tokens.search_mask)),
                pick(search_mask),
                pick(rows),
            )
        return total

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "config": self.config.to_dict()}


def _evenly(size, most: int):
    """A function that picks `most` of `size` rows, evenly spaced; it picks all rows if there are not more."""
    if not most or (isinstance(size, int) and size <= most):
        return lambda rows: rows
    count = min(size, most) if isinstance(size, int) else ops.minimum(size, most)
    places = ops.floor_divide(ops.arange(count, dtype="int32") * size, ops.maximum(count, 1))
    return lambda rows: ops.take(rows, places, axis=0)


def _text_keys(words):
    """A hash of each text, equal for equal texts and almost never otherwise: int [..., words] to int32 [...]."""
    key = ops.zeros_like(words[..., 0])
    for place in range(words.shape[-1]):
        key = ops.add(ops.multiply(key, 1_000_003), words[..., place])
    return key
