"""UniSAR: one network that ranks for search and for recommendation (arXiv 2404.09520)."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from models.by_surface import by_surface
from models.candidate_scores import without_padding
from models.layers.attention.target_attention import TargetAttention
from models.layers.embedding.item_popularity import ItemPopularity
from models.layers.fast.packing import Flattening, Packing, bool_mask, padded
from models.layers.fast.projection import Projection
from models.layers.mixture_of_experts import MixtureOfExperts
from models.layers.prediction_head import PredictionHead
from models.registration import register
from models.unisar import transition_shares
from models.unisar.contrasts import Contrasts
from models.unisar.engagement_features import EngagementFeatures
from models.unisar.feature_fit import weights_by_surface
from models.unisar.interest_matching import InterestMatching, matching_scores
from models.unisar.overlap_features import OverlapFeatures
from models.unisar.repeat_features import RepeatFeatures, oversampling
from models.unisar.transition_extraction import TransitionExtraction, Transitions
from models.unisar.transition_fusion import TransitionFusion
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_embedding import EmbeddingModule, HistoryTokens, ItemLookup, ItemTable
from models.unisar.unisar_training import CONTRASTS, MATCHING, JointTraining, MatchingOutputs
from models.unisar.words_first import words_first
from models.vocabulary import Vocabulary
from schemas import features
from schemas.canonical_event import Surface
from schemas.features import PADDING


@register
class UniSAR(JointTraining, keras.Model):
    """Scores candidates for a user with a history of recommendation clicks and search sessions.

    `build()` needs no shapes and creates all weights. A history may be shorter than the configuration says, and it may
    be empty.

    Source: Shi et al., UniSAR (arXiv 2404.09520). `README.md` beside this file maps its parts to files and says what
    differs.

    Args:
        config: The hyper-parameters, or their fields as a dict.
        vocabulary: The numbers of indices and the attributes, or its fields as a dict.
        **kwargs: Passed to `keras.Model`.

    Call arguments:
        inputs: Either the features `schemas.features.MODEL_INPUTS` by name, rows of both surfaces in any order; or a
            joint batch `{"recommendation": features, "search": features}`, whose sides may differ in rows and
            candidates.
        training: Whether dropout is active.

    Returns:
        Float32 logits [batch, candidates]; candidates of index 0 are padding and get `PADDING_LOGIT`. For a joint
        batch, a dict of logits by surface, with the contrastive losses of the batch.
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
                    config.num_layers,
                    config.num_heads,
                    config.dropout,
                    drawn_together=3 if config.reference_start else None,
                    name=f"{kind}_fusion",
                    dtype=policy,
                )
            if any(transitions):
                self.interests[kind] = TargetAttention(name=f"{kind}_interest", dtype=policy)
        self.matching = None
        if config.matching:
            self.matching = InterestMatching(
                config, len(self.interests), self.embedding.compares_texts, name="matching", dtype=policy
            )
        self.overlap = None
        if config.overlap_features and OverlapFeatures(self.vocabulary).width:
            self.overlap = OverlapFeatures(self.vocabulary, config.repeat_features, name="overlap", dtype=policy)
        self.engagement = None
        if config.engagement_features:
            self.engagement = EngagementFeatures(
                self.vocabulary, config.repeat_features, name="engagement", dtype=policy
            )
        self.repeats = None
        if config.repeat_features:
            self.repeats = RepeatFeatures(name="repeats", dtype=policy)
        self.feature_scores = []
        if any(each is not None for each in (self.overlap, self.engagement, self.repeats)):
            self.feature_scores = [
                Projection(1, use_bias=False, name=f"{surface.value}_feature_score", dtype=policy)
                for surface in Surface
            ]
        self.contrasts = Contrasts(config, name="contrasts", dtype=policy)
        self.experts = MixtureOfExperts(
            config.expert_units,
            config.experts_shared,
            config.experts_of_task,
            tasks=len(Surface),
            dropout=config.dropout,
            gate_units=config.gate_units,
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
        for each in (self.embedding, self.extraction, self.contrasts, *([self.matching] if self.matching else [])):
            each.build(None)
        if self.matching is not None:
            self.popularity = ItemPopularity(self.vocabulary.items, name="popularity")
            self.popularity.build(None)
        for each in (*self.fusions.values(), *self.interests.values()):
            each.build((None, None, dim))
        described = [each for each in (self.repeats, self.engagement, self.overlap) if each is not None]
        for each in described:
            each.build(None)
        features_width = sum(each.width for each in described)
        self.rarity_of_positives = None
        if self.feature_scores:
            self.rarity_of_positives = self.add_weight(
                name="rarity_of_positives", shape=(), initializer="zeros", trainable=False, autocast=False
            )
        self.history_oversampling = None
        if self.repeats is not None:
            self.history_oversampling = self.add_weight(
                name="history_oversampling", shape=(), initializer="zeros", trainable=False, autocast=False
            )
        for each in self.feature_scores:
            each.build((None, None, features_width))
        self.starts = []
        if self.feature_scores:
            self.starts = [
                self.add_weight(
                    name=f"{surface.value}_start",
                    shape=(features_width + 1,),
                    initializer="zeros",
                    trainable=False,
                    autocast=False,
                )
                for surface in Surface
            ]
            self.learned_shares = self.add_weight(
                name="learned_shares", shape=(len(Surface),), initializer="ones", trainable=False, autocast=False
            )
        context_width = self.embedding.context.width if self.embedding.context else 0
        known_of_pairs = features_width - (0 if self.engagement is None else self.engagement.width)
        pair_width = (len(self.interests) + 1) * dim + known_of_pairs
        self.experts.build((None, None, pair_width), (None, 2 * dim + context_width))
        for head in self.heads:
            head.build((None, None, self.config.expert_units))
        self.built = True

    def set_item_attributes(self, values: Mapping[str, Any]) -> None:
        """Sets the attributes of the items; see `EntityEncoder.set_attributes`. The model must be built."""
        self.embedding.items.set_attributes(values)
        if self.overlap is not None:
            self.overlap.set_texts(values)

    def set_user_attributes(self, values: Mapping[str, Any]) -> None:
        """Sets the attributes of the users; see `EntityEncoder.set_attributes`. The model must be built."""
        self.embedding.users.set_attributes(values)

    def set_item_counts(self, counts) -> None:
        """Sets the engagements of each item: int [items]; see `ItemPopularity`. The model must be built."""
        if self.matching is not None:
            self.popularity.set_counts(counts)
        if self.engagement is not None:
            self.engagement.set_counts(counts)

    @property
    def needs_engagements(self) -> bool:
        """Whether the configuration asks for what training's users did: `set_engagement_tables`."""
        return self.engagement is not None

    def set_engagement_tables(self, tables: Mapping[str, Any]) -> None:
        """Sets what training's users did; see `EngagementFeatures.set_tables`. The model must be built."""
        if self.engagement is not None:
            self.engagement.set_tables(tables)

    def start_from_features(self, batches) -> bool:
        """Makes a model that is not trained yet score by the features of candidates alone, as well as these can.

        Their weights are fitted (`fitted_weights`, with an `intercept`), and the last layers of all else become 0. They
        learn from there. Without such features, nothing happens.

        From then on `score` and `explain` take ln(items / negatives of a row) off all logits. A positive is one of few
        candidates in training, and one of all items where the model serves. Besides, what is surely wanted would have
        scores of nearly 1, which float32 does not tell apart.

        With `repeat_features`, items of the history are negatives more often than others in training. Where the model
        serves and is measured, their logits are raised by as much: `oversampling`.

        Args:
            batches: Pairs of a joint batch and its labels, as `fit` takes them; see `weights_by_surface`.

        Returns:
            Whether the model has such features.
        """
        if not self.feature_scores:
            return False
        weights = weights_by_surface(batches, self.describe, None if self.repeats is None else self._of_history)
        for surface in Surface:
            head = self.heads[surface.model_index].logit
            head.kernel.assign(ops.zeros_like(head.kernel))
            if surface.value in weights.by_surface:
                of_features = weights.by_surface[surface.value]
                self.feature_scores[surface.model_index].kernel.assign(of_features[:, np.newaxis])
                head.bias.assign([weights.intercepts[surface.value]])
                self.starts[surface.model_index].assign([*of_features, weights.intercepts[surface.value]])
        if weights.negatives:
            self.rarity_of_positives.assign(math.log(max(self.vocabulary.items / weights.negatives, 1.0)))
        if self.history_oversampling is not None:
            others = weights.negatives - weights.history_negatives
            self.history_oversampling.assign(
                oversampling(weights.history_negatives, others, weights.different_items, self.vocabulary.items)
            )
        if self.matching is not None:
            self.matching.start_at_zero()
        return True

    def set_learned_shares(self, shares: Mapping[Surface, float]) -> None:
        """Sets how much of each surface's scores is what training has learned. The rest is the start from features.

        With little to learn from, a part of what is learned is chance, and a mean of both can rank better than either.
        Scores are (1 - share) times those of `start_from_features` plus the share times those of the trained model. It
        is 1 unless it is set, and only a model that has started from features has another one. Training goes on with
        all of what was learned.

        Source: ours; the mean in the space of scores of what WiSE-FT (arXiv 2109.01903) does in that of weights.

        Args:
            shares: From 0 to 1, by surface; surfaces that are left out keep theirs.
        """
        values = ops.convert_to_numpy(self.learned_shares).copy()
        for surface, share in shares.items():
            values[surface.model_index] = share
        self.learned_shares.assign(values)

    def _of_history(self, inputs):
        """Which candidates the history holds, and how many different items it holds."""
        return ops.greater(self.repeats(inputs)[..., 0], 0), self.repeats.different_items(inputs)

    def item_embeddings(self) -> ItemTable:
        """Embeds all items of the catalogue, for `score`. The row of padding is 0."""
        return self.embedding.embed(ops.arange(self.vocabulary.items, dtype="int32"))

    def table_vocabularies(self) -> dict[str, str]:
        """The vocabulary of each trained table; see `models.contract.NamesTables`. The model must be built."""
        return self.embedding.table_vocabularies()

    def vector_tables(self) -> dict[str, Callable[[Any], Any]]:
        """The vectors of items, of queries of one word, and of users."""
        return {
            "items": self.embedding.items,
            "words": lambda ids: self.embedding.texts(ops.expand_dims(ids, -1)),
            "users": self.embedding.users,
        }

    def call(self, inputs, training=False):
        """Scores a batch of either form."""
        if Surface.RECOMMENDATION.value in inputs:
            return self._score_joint(inputs, training)
        return self.score(inputs, training=training)

    def score(self, inputs, item_table=None, training=False):
        """Scores rows of any surface.

        Args:
            inputs: The features `MODEL_INPUTS` by name.
            item_table: What `item_embeddings` returned, so that no item is embedded again; None embeds the items.
            training: Whether dropout is active.

        Returns:
            Float32 logits [batch, candidates].
        """
        rows, items = self._encode(inputs, item_table, training)
        return self._score_by_surface(inputs, rows, items, training)

    def explain(self, inputs, item_table=None):
        """Scores rows of any surface, and tells how much each history token weighed for each candidate.

        The weights are those of target attention. Each history has its own target attention, and neither sees the
        query. A token's weight is that of its fused encoding. The weights do not include what `matching` takes from the
        histories.

        Returns:
            What `score` returns; and, for each history that the model reads, float32 [batch, candidates, length] by its
            surface's value. A candidate's weights add up to 1 over a history, and are all 0 over an empty one.
        """
        rows, items = self._encode(inputs, item_table, training=False)
        weights = {
            kind: ops.cast(self.interests[kind].attention(sequence, rows.vectors, mask), "float32")
            for kind, (sequence, mask) in rows.histories.items()
        }
        return self._score_by_surface(inputs, rows, items, training=False), weights

    def _encode(self, inputs, item_table, training):
        """Everything of rows of any surface that does not depend on the surface: `_Rows`, and their `ItemLookup`."""
        candidates = inputs[features.CANDIDATE_ITEMS]
        if item_table is None:
            items = self.embedding.look_up(
                inputs[features.RECOMMENDATION_ITEMS], inputs[features.SEARCH_ITEMS], candidates, training=training
            )
        else:
            items = ItemLookup(self.embedding.items, item_table)
        tokens = self.embedding(_history_of(inputs), items=items, layout=Flattening)
        histories = self.fuse(tokens, self.extraction(tokens, training=training), training)
        users = self.embedding.users(inputs[features.USER], training=training)
        rows = _Rows(
            histories, candidates, items(candidates), users, inputs.get(features.CONTEXT), self.describe(inputs)
        )
        return rows, items

    def describe(self, inputs, positives=None):
        """What is told of each candidate but its vector: float [batch, candidates, width]; None if nothing is.

        Args:
            inputs: The features `MODEL_INPUTS` by name.
            positives: In training, the labels; see `EngagementFeatures`.
        """
        parts = [] if self.repeats is None else [self.repeats(inputs)]
        if self.engagement is not None:
            parts.append(self.engagement(inputs, positives))
        if self.overlap is not None:  # The last: `OverlapFeatures.query_words` reads it from the end.
            parts.append(self.overlap(inputs, self.embedding.items.attribute_values))
        if len(parts) < 2:
            return parts[0] if parts else None
        return ops.concatenate(parts, axis=-1)

    def _without_engagement(self, described):
        """The features of candidates but for `EngagementFeatures`, in one or two parts.

        Those of a positive are looked up without its own example. A network that knows from an item's id what they are
        otherwise would see the difference, and learn that it is wanted; a weighted sum cannot.
        """
        if self.engagement is None:
            return [described]
        first = 0 if self.repeats is None else self.repeats.width
        return [described[..., :first], described[..., first + self.engagement.width :]]

    def _score_by_surface(self, inputs, rows: "_Rows", items: ItemLookup, training):
        """Scores each row with the head of its surface: float32 logits [batch, candidates]."""
        is_search = ops.equal(inputs[features.SURFACE_INDEX], Surface.SEARCH.model_index)

        def score(surface):
            query_words = inputs[features.QUERY_WORDS] if surface is Surface.SEARCH else None
            return self._score_rows(surface, rows, query_words, items, training)[0]

        logits = by_surface(is_search, score, width=ops.shape(rows.candidates)[1], dtype="float32")
        if self.rarity_of_positives is None:
            return logits
        return without_padding(ops.subtract(logits, self.rarity_of_positives), rows.candidates)

    def _score_joint(self, inputs, training):
        """Encodes the histories of both surfaces together, then scores each surface with its own head."""
        sides = [inputs[surface.value] for surface in Surface]
        history = {
            name: ops.concatenate([side[name] for side in sides], axis=0) for name in EmbeddingModule.HISTORY_FEATURES
        }
        looked_up = [
            history[features.RECOMMENDATION_ITEMS],
            history[features.SEARCH_ITEMS],
            *(side[features.CANDIDATE_ITEMS] for side in sides),
        ]
        boundary = ops.shape(sides[0][features.USER])[0]
        negative_items = self.contrasts.draw_items(self.vocabulary.items)
        if negative_items is not None:
            looked_up.append(negative_items)
        learns_matching = training and self.matching is not None
        if learns_matching:
            drawn_items = self.popularity.draw(self.config.matching_negatives)
            looked_up.append(drawn_items)
        items = self.embedding.look_up(*looked_up, training=training)
        tokens = self.embedding(history, items=items, layout=Packing)
        transitions = self.extraction(tokens, training=training)
        contrasts = self.contrasts.losses_by_name(tokens, transitions, negative_items, items, boundary)
        histories = self.fuse(tokens, transitions, training)
        users = self.embedding.users(
            ops.concatenate([side[features.USER] for side in sides], axis=0), training=training
        )
        outputs: dict[str, Any] = {CONTRASTS: {name: ops.reshape(loss, (1,)) for name, loss in contrasts.items()}}
        interests = {}
        for surface, side, part in zip(Surface, sides, (slice(None, boundary), slice(boundary, None)), strict=True):
            candidates = side[features.CANDIDATE_ITEMS]
            of_surface = {kind: (sequence[part], mask[part]) for kind, (sequence, mask) in histories.items()}
            rows = _Rows(
                of_surface,
                candidates,
                items(candidates),
                users[part],
                side.get(features.CONTEXT),
                self.describe(side, side.get(features.CANDIDATE_LABELS) if training else None),
            )
            query_words = side[features.QUERY_WORDS] if surface is Surface.SEARCH else None
            outputs[surface.value], interests[surface.value] = self._score_rows(
                surface, rows, query_words, items, training
            )
        if learns_matching:
            outputs[MATCHING] = MatchingOutputs(interests, drawn_items, items)
        return outputs

    def _score_rows(self, surface: Surface, rows: "_Rows", query_words, items: ItemLookup, training):
        """Scores rows of one surface: float32 logits, and their `Interest` or None."""
        pairs, context, queries = self._pairs(rows, query_words)
        mixed = self.experts(pairs, context, task=surface.model_index, training=training)
        logits = ops.cast(self.heads[surface.model_index](mixed, training=training), "float32")
        if rows.described is not None:
            of_features = ops.squeeze(self.feature_scores[surface.model_index](rows.described), axis=-1)
            logits = ops.add(logits, ops.cast(of_features, "float32"))
        interest = None
        if self.matching is not None:
            interest = self.matching(
                list(rows.histories.values()),
                rows.users,
                queries,
                is_search=surface is Surface.SEARCH,
                training=training,
            )
            texts = None if interest.words is None else items.texts(rows.candidates)
            logits = ops.add(logits, ops.cast(matching_scores(interest, rows.vectors, texts), "float32"))
        if rows.described is not None and not training:
            share, start = self.learned_shares[surface.model_index], self.starts[surface.model_index]
            at_first = ops.matmul(ops.cast(rows.described, "float32"), ops.expand_dims(start[:-1], -1))
            at_first = ops.add(ops.squeeze(at_first, axis=-1), start[-1])
            logits = ops.add(ops.multiply(share, logits), ops.multiply(1 - share, at_first))
        if self.history_oversampling is not None and not training:  # `RepeatFeatures` are the first ones.
            is_held = ops.cast(rows.described[..., 0], "float32")
            logits = ops.add(logits, ops.multiply(self.history_oversampling, is_held))
        if self.config.words_first and self.overlap is not None and surface is Surface.SEARCH and not training:
            has_none, has_all = self.overlap.query_words(rows.described)
            if self.engagement is not None:
                led = self.engagement.led_by_all(rows.candidates, query_words)
                has_none = ops.logical_and(has_none, ops.logical_not(led))
            logits = words_first(logits, has_none, has_all)
        return without_padding(logits, rows.candidates), interest

    def _pairs(self, rows: "_Rows", query_words):
        """What the experts see: of each candidate, and of each row; and the vectors of the rows' queries."""
        if query_words is None:
            query = ops.cast(self.embedding.recommendation_query, rows.users.dtype)
            queries = ops.broadcast_to(query, ops.shape(rows.users))
        else:
            queries = self.embedding.texts(query_words)
        seen = [self.interests[kind](sequence, rows.vectors, mask) for kind, (sequence, mask) in rows.histories.items()]
        described = [] if rows.described is None else self._without_engagement(rows.described)
        pairs = ops.concatenate([*seen, rows.vectors, *described], axis=-1)
        moment = [] if self.embedding.context is None else [self.embedding.context(rows.moment)]
        return pairs, ops.concatenate([rows.users, queries, *moment], axis=-1), queries

    def gate_shares(self, inputs, surface: Surface) -> dict[str, Any]:
        """How much each expert counts for the candidates of a surface's rows; see `MixtureOfExperts.shares`.

        Args:
            inputs: The features `MODEL_INPUTS` by name, of rows of this surface.
            surface: Whose gate.

        Returns:
            Float32 [] by the expert's name, the mean over all candidates but padding; they add up to 1. Empty if the
            surface has one expert alone.
        """
        if self.experts.gates[surface.model_index] is None:
            return {}
        rows, _ = self._encode(inputs, None, training=False)
        query_words = inputs[features.QUERY_WORDS] if surface is Surface.SEARCH else None
        pairs, context, _ = self._pairs(rows, query_words)
        shares = ops.cast(self.experts.shares(pairs, context, surface.model_index), "float32")
        real = ops.cast(ops.not_equal(rows.candidates, PADDING), "float32")
        total = ops.sum(ops.multiply(shares, ops.expand_dims(real, -1)), axis=(0, 1))
        means = ops.divide(total, ops.maximum(ops.sum(real), 1.0))
        return {name: means[place] for place, name in enumerate(self.experts.expert_names)}

    def transition_shares(self, inputs, surface: Surface) -> tuple[dict[str, Any], dict[str, Any]]:
        """How much of the histories, as the candidates of a surface's rows take them, comes by which transition.

        A candidate takes a history by target attention. What it takes comes, by `transition_shares.trace`, from the
        tokens themselves (`r_itself`), from others of their kind (`r2r`) or of the other kind (`s2r`). These three
        add up to 1, and so do those of the search history. Nothing is said of which history counts more: the experts
        see both.

        Source: ours, for UniSAR (arXiv 2404.09520), transition extraction, transition fusion and target attention.

        Args:
            inputs: The features `MODEL_INPUTS` by name, of rows of this surface.
            surface: The surface of the rows. Their histories are of both.

        Returns:
            Float32 [] by name, means over all candidates but padding, of rows whose history is not empty; and what
            `transition_shares.trace` tells of each layer.
        """
        candidates = inputs[features.CANDIDATE_ITEMS]
        items = self.embedding.look_up(inputs[features.RECOMMENDATION_ITEMS], inputs[features.SEARCH_ITEMS], candidates)
        tokens = self.embedding(_history_of(inputs), items=items)
        histories, by_layer = transition_shares.trace(tokens, self.extraction, self.fusions)
        vectors, real = items(candidates), ops.not_equal(candidates, PADDING)
        found: dict[str, Any] = {}
        for kind, history in histories.items():
            weights = self.interests[kind].attention(history.sequence, vectors, history.mask)
            found |= transition_shares.named(kind, transition_shares.pooled(history, weights, real))
        return found, by_layer

    def left_out(self, inputs) -> dict[str, tuple[Any, Any]]:
        """How much of a joint batch its contrastive losses leave out; see `Contrasts.left_out`."""
        return self.contrasts.left_out(inputs)

    def fuse(self, tokens: HistoryTokens, transitions: Transitions, training=False) -> dict[str, tuple[Any, Any]]:
        """Fuses each history to one sequence: {kind: (float [batch, length, dim], bool mask [batch, length])}."""
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
            histories[kind] = (padded(sequence, mask), bool_mask(mask))
        return histories

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


class _Rows(NamedTuple):
    """Rows of one surface, ready to be scored."""

    histories: dict[str, tuple[Any, Any]]
    candidates: Any
    vectors: Any
    users: Any
    moment: Any
    described: Any
