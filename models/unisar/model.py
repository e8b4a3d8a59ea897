"""UniSAR: one network that ranks for search and for recommendation (arXiv 2404.09520)."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from models.layers.mixture_of_experts import MixtureOfExperts
from models.layers.prediction_head import PredictionHead
from models.layers.target_attention import TargetAttention
from models.registration import register
from models.unisar.config import UniSARConfig
from models.unisar.contrasts import Contrasts
from models.unisar.embedding_module import EmbeddingModule, HistoryTokens
from models.unisar.joint_training import JointTraining
from models.unisar.transition_extraction import TransitionExtraction, Transitions
from models.unisar.transition_fusion import TransitionFusion
from models.vocabulary import Vocabulary
from schemas import features
from schemas.canonical_event import Surface
from schemas.features import PADDING

PADDING_LOGIT = -1e9
"""The score of padding among the candidates: behind everything, and of probability 0."""


@register
class UniSAR(JointTraining, keras.Model):
    """Scores candidates for a user with a history of recommendation clicks and search sessions.

    `build()` needs no shapes and creates all weights. Histories may be shorter than the configuration says, and may be
    empty.

    Args:
        config: The hyper-parameters, or their fields as a dict.
        vocabulary: The numbers of indices and the attributes, or its fields as a dict.
        **kwargs: Passed to `keras.Model`.

    Call arguments:
        inputs: Either the features `schemas.features.MODEL_INPUTS` by name, rows of both surfaces in any order; or a
            joint batch `{"recommendation": features, "search": features}`, whose sides may differ in rows and
            candidates.
        training: Whether to drop.

    Returns:
        Float32 logits [batch, candidates], or a dict of them by surface for a joint batch. Candidates of index 0 are
        padding and get `PADDING_LOGIT`.
    """

    def __init__(
        self, config: UniSARConfig | Mapping[str, Any], vocabulary: Vocabulary | Mapping[str, Any], **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.config = config if isinstance(config, UniSARConfig) else UniSARConfig(**config)
        self.vocabulary = vocabulary if isinstance(vocabulary, Vocabulary) else Vocabulary.from_dict(vocabulary)
        config, policy = self.config, self.dtype_policy
        self.embedding = EmbeddingModule(config, self.vocabulary, name="embedding", dtype=policy)
        self.extraction = TransitionExtraction(config, name="extraction", dtype=policy)
        within_and_across = {
            "recommendation": (config.recommendation_to_recommendation, config.search_to_recommendation),
            "search": (config.search_to_search, config.recommendation_to_search),
        }
        self.fusions, self.interests = {}, {}
        for kind, transitions in within_and_across.items():
            if all(transitions) and config.fusion:
                self.fusions[kind] = TransitionFusion(
                    config.num_layers, config.num_heads, config.dropout, name=f"{kind}_fusion", dtype=policy
                )
            if any(transitions):
                self.interests[kind] = TargetAttention(name=f"{kind}_interest", dtype=policy)
        self.contrasts = Contrasts(config, name="contrasts", dtype=policy)
        self.experts = MixtureOfExperts(
            config.expert_units,
            config.experts_shared,
            config.experts_of_task,
            tasks=len(Surface),
            dropout=config.dropout,
            name="experts",
            dtype=policy,
        )
        self.heads = [
            PredictionHead(
                (*config.tower_units, *config.prediction_units),
                config.dropout,
                name=f"{surface.value}_head",
                dtype=policy,
            )
            for surface in Surface
        ]
        self.create_metrics()

    def build(self, input_shape=None):
        """Creates all weights; nothing depends on the shapes of the inputs."""
        dim = self.config.dim
        for each in (self.embedding, self.extraction, self.contrasts):
            each.build(None)
        for each in (*self.fusions.values(), *self.interests.values()):
            each.build((None, None, dim))
        self.experts.build((None, None, (len(self.interests) + 1) * dim), (None, 2 * dim))
        for head in self.heads:
            head.build((None, None, self.config.expert_units))
        self.built = True

    def set_item_attributes(self, values: Mapping[str, Any]) -> None:
        """Fills in what is known of the items; see `EntityEncoder.set_attributes`. The model must be built."""
        self.embedding.items.set_attributes(values)

    def set_user_attributes(self, values: Mapping[str, Any]) -> None:
        """Fills in what is known of the users; see `EntityEncoder.set_attributes`. The model must be built."""
        self.embedding.users.set_attributes(values)

    def item_embeddings(self):
        """The whole catalogue as the model sees it: [items, dim], for `score`. The row of padding is 0."""
        return self.embedding.items.table()

    def call(self, inputs, training=False):
        """Scores a batch of either form."""
        if Surface.RECOMMENDATION.value in inputs:
            return self._score_joint(inputs, training)
        return self.score(inputs, training=training)

    def score(self, inputs, item_table=None, training=False):
        """Scores rows of any surface.

        Args:
            inputs: The features `MODEL_INPUTS` by name.
            item_table: What `item_embeddings` returned, so that no item is embedded again; None embeds them.
            training: Whether to drop.

        Returns:
            Float32 logits [batch, candidates].
        """
        if item_table is None:
            item_table = self.embedding.table_for(_lookups(inputs))
        tokens = self.embedding(_history_of(inputs), item_table)
        histories = self.fuse(tokens, self.extraction(tokens, training=training), training)
        candidates = inputs[features.CANDIDATE_ITEMS]
        pairs = self._pair(histories, self.embedding.embed_items(candidates, item_table))
        users = self.embedding.users(inputs[features.USER])
        is_search = ops.equal(inputs[features.SURFACE_INDEX], Surface.SEARCH.model_index)

        def recommend():
            return self._head(Surface.RECOMMENDATION, pairs, users, None, training)

        def search():
            return self._head(Surface.SEARCH, pairs, users, inputs[features.QUERY_WORDS], training)

        def both():
            return ops.where(ops.expand_dims(is_search, -1), search(), recommend())

        logits = ops.cond(ops.all(is_search), search, lambda: ops.cond(ops.any(is_search), both, recommend))
        return _without_padding(logits, candidates)

    def _score_joint(self, inputs, training):
        """Encodes the histories of both surfaces in one go, then scores each part with its own head."""
        sides = [inputs[surface.value] for surface in Surface]
        lookups = [_lookups(side) for side in sides]
        item_table = self.embedding.table_for(None if None in lookups else sum(lookups))
        history = {
            name: ops.concatenate([side[name] for side in sides], axis=0) for name in EmbeddingModule.HISTORY_FEATURES
        }
        tokens = self.embedding(history, item_table)
        transitions = self.extraction(tokens, training=training)
        for loss in self.contrasts.losses_by_name(tokens, transitions, history, self.embedding, item_table).values():
            self.add_loss(loss)
        histories = self.fuse(tokens, transitions, training)
        users = self.embedding.users(ops.concatenate([side[features.USER] for side in sides], axis=0))
        boundary = ops.shape(sides[0][features.USER])[0]
        logits = {}
        for surface, side, rows in zip(Surface, sides, (slice(None, boundary), slice(boundary, None)), strict=True):
            candidates = side[features.CANDIDATE_ITEMS]
            part = {kind: (sequence[rows], mask[rows]) for kind, (sequence, mask) in histories.items()}
            pairs = self._pair(part, self.embedding.embed_items(candidates, item_table))
            query_words = side[features.QUERY_WORDS] if surface is Surface.SEARCH else None
            logits[surface.value] = _without_padding(
                self._head(surface, pairs, users[rows], query_words, training), candidates
            )
        return logits

    def fuse(self, tokens: HistoryTokens, transitions: Transitions, training=False) -> dict[str, tuple[Any, Any]]:
        """Makes one sequence of each history: {kind: (float [batch, length, dim], bool mask [batch, length])}."""
        views = {
            "recommendation": (
                transitions.recommendation_to_recommendation,
                transitions.search_to_recommendation,
                tokens.recommendation_mask,
            ),
            "search": (transitions.search_to_search, transitions.recommendation_to_search, tokens.search_mask),
        }
        histories = {}
        for kind in self.interests:
            within, across, mask = views[kind]
            if kind in self.fusions:
                sequence = self.fusions[kind](within, across, mask, training=training)
            elif within is not None and across is not None:
                sequence = ops.add(within, across)
            else:
                sequence = across if within is None else within
            histories[kind] = (sequence, mask)
        return histories

    def _pair(self, histories, candidates):
        """What the experts see of each candidate: the histories from its point of view, and itself."""
        interests = [self.interests[kind](sequence, candidates, mask) for kind, (sequence, mask) in histories.items()]
        return ops.concatenate([*interests, candidates], axis=-1)

    def _head(self, surface: Surface, pairs, users, query_words, training):
        if query_words is None:
            query = ops.cast(self.embedding.recommendation_query, users.dtype)
            queries = ops.broadcast_to(query, ops.shape(users))
        else:
            queries = self.embedding.texts(query_words)
        context = ops.concatenate([users, queries], axis=-1)
        mixed = self.experts(pairs, context, task=surface.model_index, training=training)
        return ops.cast(self.heads[surface.model_index](mixed, training=training), "float32")

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            "name": self.name,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
            "config": self.config.to_dict(),
            "vocabulary": self.vocabulary.to_dict(),
        }


def _history_of(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: inputs[name] for name in EmbeddingModule.HISTORY_FEATURES}


def _lookups(inputs: Mapping[str, Any]) -> int | None:
    """How many items a batch looks up, or None where its shape is not known yet."""
    total = 0
    for name in (features.RECOMMENDATION_ITEMS, features.SEARCH_ITEMS, features.CANDIDATE_ITEMS):
        size = 1
        for length in inputs[name].shape:
            if length is None:
                return None
            size *= length
        total += size
    return total


def _without_padding(logits, candidates):
    return ops.where(ops.equal(candidates, PADDING), PADDING_LOGIT, logits)
