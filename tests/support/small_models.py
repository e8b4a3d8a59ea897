"""Tiny models of both papers, every axis of another length, and what several tests compute with them."""

import numpy as np
import tensorflow as tf

from models.unifiedssr.sequences import Sequences
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_embedding import EmbeddingModule
from models.unifiedssr.unifiedssr_model import UnifiedSSR
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_model import UniSAR
from schemas import features
from schemas.canonical_event import Surface
from tests.support import unisar_batches

VOCABULARY = unisar_batches.vocabulary()
UNISAR_SIZES = {
    "dim": 8,
    "user_dim": 3,
    "item_dim": 4,
    "word_dim": 5,
    "recommendation_history": 7,
    "search_history": 6,
    "expert_units": 5,
    "shared_experts": 2,
    "task_experts": 1,
    "tower_units": (6,),
    "prediction_units": (4,),
    "query_item_negatives": 9,
    "query_item_pairs": 20,
}
UNISAR_ADDITIONS = {
    "matching": True,
    "text_matching": True,
    "matching_users": True,
    "matching_negatives": 12,
    "overlap_features": True,
    "engagement_features": True,
    "repeat_features": True,
}
"""What the paper does not have."""
SEARCH_HISTORY = (features.SEARCH_KINDS, features.SEARCH_ITEMS, features.SEARCH_WORDS)
HISTORY = (*SEARCH_HISTORY, features.RECOMMENDATION_ITEMS)
"""The features that are 0 where a history is empty."""


def unisar(dtype=None, **fields) -> UniSAR:
    """A built UniSAR that knows its items."""
    return _built(UniSAR(UniSARConfig(**UNISAR_SIZES | fields), VOCABULARY, dtype=dtype))


def unifiedssr(dtype=None, **fields) -> UnifiedSSR:
    """A built UnifiedSSR that knows its items."""
    return _built(UnifiedSSR(UnifiedSSRConfig(**{"dim": 8, **fields}), VOCABULARY, dtype=dtype))


def _built(model):
    model.build()
    model.set_item_attributes(unisar_batches.item_attributes(VOCABULARY))
    return model


def rows(surface=Surface.SEARCH, **sizes):
    """Rows of one surface; see `unisar_batches.rows`."""
    return unisar_batches.rows(VOCABULARY, surface, **sizes)


def joint(*counts, **sizes):
    """A joint batch and its labels; see `unisar_batches.joint`."""
    return unisar_batches.joint(VOCABULARY, *counts, **sizes)


def ranking_names() -> set[str]:
    """The names of all ranking metrics: of each surface, and of their mean."""
    names = {"mrr", "mrr_at_10"} | {f"{kind}_at_{k}" for kind in ("hit_rate", "ndcg") for k in (1, 5, 10, 20)}
    names.remove("ndcg_at_1")  # It is the hit rate at 1.
    return {f"{name}{surface}" for name in names for surface in ("", "_recommendation", "_search")}


def assert_same(first, second):
    """Equal but for rounding."""
    np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-5)


def loss_and_gradients(model, inputs, labels):
    """The loss of a joint batch, and the gradient of each trainable weight by its path; None where there is none."""
    with tf.GradientTape() as tape:
        loss = model.compute_loss(inputs, labels, model(inputs, training=True))
    found = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
    return float(loss), {
        weight.path: each if each is None else np.asarray(tf.convert_to_tensor(each))
        for weight, each in zip(model.trainable_weights, found, strict=True)
    }


RANDOM = np.random.default_rng(0)
SEQUENCES = Sequences(
    users=np.array([1, 2, 3]),
    items=RANDOM.integers(1, VOCABULARY.items, (3, 4, 2)),
    lengths=np.array([4, 4, 4]),
    queries=RANDOM.integers(1, VOCABULARY.words, (3, 5, 3)),
)
"""Search histories of four events; with `queries=None` those of recommendation."""


def sequence_encoder(encoder_class, **fields):
    """A built encoder of UnifiedSSR, and the embedding module that it reads with."""
    config = UnifiedSSRConfig(**{"dim": 8, "num_layers": 3, **fields})
    encoder, embedding = encoder_class(config), EmbeddingModule(config, VOCABULARY)
    encoder.build()
    embedding.build()
    return encoder, embedding


def encode(encoder_and_embedding, sequences=SEQUENCES, **options):
    """The encodings of the branches: [batch, events + 1, dim] each."""
    encoder, embedding = encoder_and_embedding
    return [np.asarray(branch) for branch in encoder.encode(embedding, sequences, **options)]
