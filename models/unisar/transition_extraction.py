"""The four transitions between search and recommendation (UniSAR, transition extraction)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import keras

from models.layers.embedding.position_embedding import PositionEmbedding
from models.layers.fast.packing import Flattening, Packing
from models.layers.transformer.cross_kind_encoder_block import CrossKindEncoderBlock
from models.layers.transformer.transformer_encoder_block import TransformerEncoderBlock
from models.registration import register
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_embedding import HistoryTokens


class Transitions(NamedTuple):
    """The encodings of all tokens by each transition; None for transitions that the configuration switches off.

    Attributes:
        search_to_recommendation: Float like the recommendation tokens (s2r).
        recommendation_to_recommendation: Float like the recommendation tokens (r2r).
        recommendation_to_search: Float like the search tokens (r2s).
        search_to_search: Float like the search tokens (s2s).
    """

    search_to_recommendation: Any
    recommendation_to_recommendation: Any
    recommendation_to_search: Any
    search_to_search: Any


@register
class TransitionExtraction(keras.layers.Layer):
    """Extracts the four transitions: r2r and s2s by one transformer each, s2r and r2s by a third one.

    In the third transformer, tokens see only tokens of the other kind. There are three learned tables of positions: the
    place in the merged history for s2r and r2s, and the place among tokens of the same kind for r2r and for s2s. With
    more than one layer, the search tokens that s2r sees have already seen recommendation tokens. Within a layer, no
    token sees its own kind.

    Source: UniSAR (arXiv 2404.09520), transition extraction.

    Args:
        config: The model's configuration, or its fields as a dict.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        tokens: `HistoryTokens`.
        training: Whether dropout is active.

    Returns:
        `Transitions`; values at masked tokens are meaningless.
    """

    def __init__(self, config: UniSARConfig | Mapping[str, Any], **kwargs: Any):
        super().__init__(**kwargs)
        self.config = config if isinstance(config, UniSARConfig) else UniSARConfig(**config)

    def build(self, tokens_shape=None):
        """Creates the transformers that the configuration has, and their positions."""
        config = self.config
        self.cross_positions, self.cross_encoder = None, []
        if config.search_to_recommendation or config.recommendation_to_search:
            places = config.recommendation_history + config.search_history
            self.cross_positions = self._positions("cross_positions", places)
            self.cross_encoder = self._stack(CrossKindEncoderBlock, "cross_encoder")
        self.recommendation_positions, self.recommendation_encoder = None, []
        if config.recommendation_to_recommendation:
            self.recommendation_positions = self._positions("recommendation_places", config.recommendation_history)
            self.recommendation_encoder = self._stack(TransformerEncoderBlock, "recommendation_encoder")
        self.search_positions, self.search_encoder = None, []
        if config.search_to_search:
            self.search_positions = self._positions("search_places", config.search_history)
            self.search_encoder = self._stack(TransformerEncoderBlock, "search_encoder")
        self.built = True

    def _positions(self, name: str, places: int) -> PositionEmbedding:
        layer = PositionEmbedding(places, name=name, dtype=self.dtype_policy)
        layer.build((None, None, self.config.dim))
        return layer

    def _stack(self, block: type, name: str) -> list[keras.layers.Layer]:
        layers = []
        for index in range(self.config.num_layers):
            layer = block(self.config.num_heads, self.config.dropout, name=f"{name}_{index}", dtype=self.dtype_policy)
            layer.build((None, None, self.config.dim))
            layers.append(layer)
        return layers

    def call(self, tokens: HistoryTokens, training=False):
        """Extracts the transitions."""
        search_to_recommendation, recommendation_to_search = self._across(tokens, training)
        return Transitions(
            search_to_recommendation=search_to_recommendation,
            recommendation_to_recommendation=_within(
                tokens.recommendation,
                tokens.recommendation_mask,
                self.recommendation_positions,
                self.recommendation_encoder,
                training,
            ),
            recommendation_to_search=recommendation_to_search,
            search_to_search=_within(
                tokens.search, tokens.search_mask, self.search_positions, self.search_encoder, training
            ),
        )

    def _across(self, tokens: HistoryTokens, training):
        if not self.cross_encoder:
            return None, None
        recommendation = self.cross_positions(tokens.recommendation, tokens.recommendation_positions)
        search = self.cross_positions(tokens.search, tokens.search_positions)
        wanted = (self.config.search_to_recommendation, self.config.recommendation_to_search)
        for index, block in enumerate(self.cross_encoder):
            last = index == len(self.cross_encoder) - 1
            recommendation, search = block(
                recommendation,
                search,
                tokens.recommendation_mask,
                tokens.search_mask,
                training=training,
                sides=wanted if last else (True, True),
            )
        return recommendation, search

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "config": self.config.to_dict()}


def _within(sequence, mask, positions, blocks, training):
    if not blocks:
        return None
    if isinstance(mask, Flattening):
        sequence = mask.pack(positions(mask.unpack(sequence)))
    else:
        sequence = positions(sequence, mask.columns if isinstance(mask, Packing) else None)
    for block in blocks:
        sequence = block(sequence, mask, training=training)
    return sequence
