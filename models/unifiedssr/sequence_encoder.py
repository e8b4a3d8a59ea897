"""UnifiedSSR's Siamese dual-branch encoder of product and query histories."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from models.layers.embedding.sinusoidal_position import SinusoidalPosition
from models.layers.fast.dropout import Dropout
from models.layers.fast.layer_norm import LayerNorm
from models.layers.transformer.siamese_encoder_block import SiameseEncoderBlock
from models.registration import register
from models.unifiedssr.sequences import Sequences
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_embedding import EmbeddingModule
from schemas.features import PADDING


@register
class SequenceEncoder(keras.layers.Layer):
    """Encodes each position of a sequence from what came before it.

    The product branch reads the clicked items, shifted by one position: a learned start comes first, so position i has
    seen i events. The query branch reads the query of each position. Both branches pass through the same blocks, as one
    batch of twice as many rows, and each branch is the memory of the other. Without queries, the product branch is its
    own memory, and the query branch costs nothing. With `share_branches` off, the query branch has blocks of its own;
    each branch is still the memory of the other. The only mask is causal: no position sees a later one. Padding needs
    no mask, because it comes last.

    Positions are sinusoids, whose root mean square is 0.7, and items' vectors start at a tenth: the blocks read little
    but places until training has made the vectors longer. With `input_norm` both have about the same size from the
    start. A query branch with blocks of its own has a norm of its own, too.

    Source: UnifiedSSR (arXiv 2310.13921), dual-branch network with shared parameters. The learned start, the causal
    mask and the norm of the input are ours: see `README.md` beside this file.

    Args:
        config: The model's configuration, or its fields as a dict.
        with_queries: Whether any of its sequences have queries. Without, a query branch of its own has no weights.
        **kwargs: Passed to `keras.layers.Layer`.
    """

    def __init__(self, config: UnifiedSSRConfig | Mapping[str, Any], with_queries: bool = True, **kwargs: Any):
        super().__init__(**kwargs)
        self.with_queries = with_queries
        self.config = config if isinstance(config, UnifiedSSRConfig) else UnifiedSSRConfig(**config)

    def build(self, input_shape=None):
        """Creates the blocks: those that the branches share, or those of each."""
        config, policy = self.config, self.dtype_policy
        self.start = self.add_weight(name="start", shape=(1, 1, config.dim), initializer="glorot_normal")
        self.positions = SinusoidalPosition(name="positions", dtype=policy)
        self.positions.build((None, None, config.dim))
        self.drop = Dropout(config.dropout, name="drop", dtype=policy)
        self.input_norm, self.blocks, self.norm = self._make_stack("")
        self.query_input_norm, self.query_blocks, self.query_norm = self.input_norm, [], None
        if self.with_queries and not config.share_branches:
            self.query_input_norm, self.query_blocks, self.query_norm = self._make_stack("query_")
        self.built = True

    def _make_stack(self, prefix: str):
        shape = (None, None, self.config.dim)
        blocks = [self._make_block(f"{prefix}block_{index}") for index in range(self.config.num_layers)]
        norm = self._make_norm(f"{prefix}norm")
        input_norm = self._make_norm(f"{prefix}input_norm") if self.config.input_norm else None
        for each in (input_norm, *blocks, norm):
            if each is not None:
                each.build(shape)
        return input_norm, blocks, norm

    def _make_block(self, name: str) -> keras.layers.Layer:
        config = self.config
        return SiameseEncoderBlock(
            config.num_heads,
            config.feed_forward_dim,
            config.dropout,
            drawn_together=1 if config.reference_start else None,
            name=name,
            dtype=self.dtype_policy,
        )

    def _make_norm(self, name: str) -> keras.layers.Layer:
        return LayerNorm(name=name, dtype=self.dtype_policy)

    def encode(self, embedding: EmbeddingModule, sequences: Sequences, item_table=None, training=False):
        """Encodes the branches.

        Args:
            embedding: The model's `EmbeddingModule`.
            sequences: The sequences of one surface.
            item_table: Float [items, dim] from the embedding module, or None.
            training: Whether dropout is active.

        Returns:
            A tuple of float [batch, events + 1, dim]: the product branch and, if the sequences have queries, the query
            branch. Values after the last position of a row are meaningless.
        """
        branches = [self._products(embedding, sequences, item_table, training)]
        if sequences.queries is not None:
            branches.append(embedding.queries(sequences.queries))
        users = embedding.users(ops.expand_dims(sequences.users, 1), training=training)
        tokens = [branch + users for branch in branches]
        if self.input_norm is not None:
            norms = (self.input_norm, self.query_input_norm)
            tokens = [norm(each) for norm, each in zip(norms, tokens, strict=False)]
        tokens = [self.drop(self.positions(each), training=training) for each in tokens]
        if len(tokens) == 2 and self.query_blocks:
            return self._encode_apart(tokens[0], tokens[1], training)
        encoded = self._encode(ops.concatenate(tokens, axis=0), len(tokens), training)
        return tuple(ops.split(encoded, len(tokens), axis=0))

    def _products(self, embedding: EmbeddingModule, sequences: Sequences, item_table, training):
        events = _means(embedding.items(sequences.items, item_table, training), sequences.items)
        start = ops.cast(self.start, events.dtype)
        return ops.concatenate([ops.broadcast_to(start, (*_rows(events), *start.shape[1:])), events], axis=1)

    def _encode(self, tokens, branches: int, training):
        mask = _not_later(tokens)
        for block in self.blocks:
            memory = ops.concatenate(ops.split(tokens, 2, axis=0)[::-1], axis=0) if branches == 2 else tokens
            tokens = block(tokens, memory, mask, mask, training=training)
        return self.norm(tokens)

    def _encode_apart(self, products, queries, training):
        mask = _not_later(products)
        for block, query_block in zip(self.blocks, self.query_blocks, strict=True):
            products, queries = (
                block(products, queries, mask, mask, training=training),
                query_block(queries, products, mask, mask, training=training),
            )
        return self.norm(products), self.query_norm(queries)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "config": self.config.to_dict(), "with_queries": self.with_queries}


def _not_later(tokens):
    """The causal mask: bool [1, length, length]."""
    places = ops.arange(ops.shape(tokens)[1])
    return ops.expand_dims(ops.less_equal(ops.expand_dims(places, 0), ops.expand_dims(places, 1)), 0)


def _means(vectors, ids):
    """The mean of each event's items: float [..., items, dim], int [..., items] to float [..., dim]; 0 if no items."""
    real = ops.cast(ops.not_equal(ids, PADDING), vectors.dtype)
    weights = ops.divide(real, ops.maximum(ops.sum(real, axis=-1, keepdims=True), 1))
    return ops.sum(ops.multiply(vectors, ops.expand_dims(weights, -1)), axis=-2)


def _rows(tensor) -> tuple[Any]:
    return (ops.shape(tensor)[0],)
