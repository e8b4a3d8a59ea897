"""UnifiedSSR: one history encoder for search and recommendation; a dot product scores (arXiv 2310.13921)."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

from models.by_surface import by_surface
from models.candidate_scores import without_padding
from models.layers.embedding.item_popularity import ItemPopularity
from models.layers.log_partition import LogPartition
from models.layers.session_windows import Sessions, SessionWindows
from models.registration import register
from models.unifiedssr.reference.peculiarities import (
    ClippedShare,
    ReferenceSequenceEncoder,
    ReferenceSessionWindows,
    doubled_in_sessions,
)
from models.unifiedssr.sequence_encoder import SequenceEncoder
from models.unifiedssr.sequences import Sequences, of_surface
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_embedding import EmbeddingModule
from models.unifiedssr.unifiedssr_training import BRANCHES, LOGITS, JointTraining
from models.vocabulary import Vocabulary
from schemas import features
from schemas.canonical_event import Surface

LEAST_SHARE = 0.1
"""The least weight of each branch where there are two."""


@register
class UnifiedSSR(JointTraining, keras.Model):
    """Scores items for a user with a history of one surface: recommendation clicks, or search sessions and a query.

    `encode_requests` turns a request into one vector, and `item_embeddings` turns each item into one. Their product is
    the score, less the request's `log_partition`. `build()` needs no shapes and creates all weights. A history may be
    empty and of any length.

    Source: Xie et al., UnifiedSSR (arXiv 2310.13921). `README.md` beside this file maps its parts to files and says
    what differs.

    Args:
        config: The hyper-parameters, or their fields as a dict.
        vocabulary: The numbers of indices and the attributes, or its fields as a dict.
        **kwargs: Passed to `keras.Model`.

    Call arguments:
        inputs: Either the features `schemas.features.MODEL_INPUTS` by name, rows of both surfaces in any order; or a
            joint batch `{"recommendation": features, "search": features}` for training, of which one side may have no
            rows or be left out.
        training: Whether dropout is active.

    Returns:
        Float32 logits [batch, candidates]; candidates of index 0 are padding and get `PADDING_LOGIT`. For a joint
        batch, a dict by surface of what the losses and the metrics are computed from.
    """

    def __init__(
        self, config: UnifiedSSRConfig | Mapping[str, Any], vocabulary: Vocabulary | Mapping[str, Any], **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.config = config if isinstance(config, UnifiedSSRConfig) else UnifiedSSRConfig(**config)
        self.vocabulary = vocabulary if isinstance(vocabulary, Vocabulary) else Vocabulary.from_dict(vocabulary)
        config, policy = self.config, self.dtype_policy
        as_reference = config.reference_peculiarities
        encoder = ReferenceSequenceEncoder if as_reference else SequenceEncoder
        self.embedding = EmbeddingModule(config, self.vocabulary, name="embedding", dtype=policy)
        # Of both surfaces, or of recommendation where search has an encoder of its own.
        reads_queries = config.query_branch if config.share_surfaces else config.query_branch_in_recommendation
        self.encoder = encoder(config, reads_queries, name="encoder", dtype=policy)
        self.search_encoder = None
        if not config.share_surfaces:
            self.search_encoder = encoder(config, config.query_branch, name="search_encoder", dtype=policy)
        self.session_windows = None
        if config.sessions:
            windows = ReferenceSessionWindows if as_reference else SessionWindows
            self.session_windows = windows(config.sessions, config.uniform_sessions, name="session_windows")
        self.negative_seed = keras.random.SeedGenerator()
        self.popularity = self.partition = None
        if config.loss == "softmax":
            self.popularity = ItemPopularity(self.vocabulary.items, name="popularity")
            self.partition = LogPartition(self.vocabulary.items, name="partition")
        self.create_metrics()

    def build(self, input_shape=None):
        """Creates all weights; nothing depends on the shapes of the inputs."""
        self.embedding.build(None)
        self.encoder.build(None)
        if self.search_encoder is not None:
            self.search_encoder.build(None)
        if self.session_windows is not None:
            self.session_windows.build((None, None, self.config.dim))
        if self.popularity is not None:
            self.popularity.build(None)
            self.partition.build()
        if self.config.reference_peculiarities:
            self.reference_share = self.add_weight(
                name="product_share", shape=(), initializer=keras.initializers.Constant(0.5), constraint=ClippedShare()
            )
        elif self.config.query_branch:
            self.product_logit = self.add_weight(name="product_logit", shape=(), initializer="zeros")
        self.built = True

    def set_item_attributes(self, values: Mapping[str, Any]) -> None:
        """Fills in what is known of the items; see `EntityEncoder.set_attributes`. The model must be built."""
        self.embedding.set_item_attributes(values)

    def set_user_attributes(self, values: Mapping[str, Any]) -> None:
        """Fills in what is known of the users; see `EntityEncoder.set_attributes`. The model must be built."""
        self.embedding.set_user_attributes(values)

    def set_item_counts(self, counts) -> None:
        """Sets how often each item was engaged with: int [items]. Used by the softmax loss alone."""
        if self.popularity is not None:
            self.popularity.set_counts(counts)

    def item_embeddings(self):
        """The vectors of all items in the catalogue: [items, dim], for `score` and for retrieval."""
        return self.embedding.item_embeddings()

    def table_vocabularies(self) -> dict[str, str]:
        """The vocabulary of each trained table; see `models.contract.NamesTables`. The model must be built."""
        return self.embedding.table_vocabularies()

    def vector_tables(self) -> dict[str, Callable[[Any], Any]]:
        """The vectors of items and, as far as the model has them, of queries of one word and of users."""
        tables: dict[str, Callable[[Any], Any]] = {"items": self.embedding.items}
        if self.embedding.texts is not None:
            tables["words"] = lambda ids: self.embedding.queries(ops.expand_dims(ids, -1))
        if self.config.user_embedding:
            tables["users"] = self.embedding.users
        return tables

    @property
    def product_share(self):
        """The learned weight of the product branch; the query branch, where there is one, gets the rest of 1."""
        if self.config.reference_peculiarities:
            return ops.convert_to_tensor(self.reference_share)
        return ops.add(LEAST_SHARE, ops.multiply(1 - 2 * LEAST_SHARE, ops.sigmoid(self.product_logit)))

    def call(self, inputs, training=False):
        """Scores rows, or encodes a joint batch for training."""
        sides = {surface: inputs[surface.value] for surface in Surface if surface.value in inputs}
        if not sides:
            return self.score(inputs, training=training)
        outputs = {}
        for surface, side in sides.items():
            sequences = self.sequences(side, surface)
            branches = self.encode(sequences, surface, training=training)
            outputs[surface.value] = {BRANCHES: branches}
            if not training:
                outputs[surface.value][LOGITS] = self._score(self.request(sequences, branches), side)
        return outputs

    def score(self, inputs, item_table=None, training=False):
        """Scores rows of any surface.

        Args:
            inputs: The features `MODEL_INPUTS` by name.
            item_table: What `item_embeddings` returned, so that no item is embedded again; None embeds the items.
            training: Whether dropout is active.

        Returns:
            Float32 logits [batch, candidates].
        """
        requests = self.encode_requests(inputs, item_table, training=training)
        return self._score(requests, inputs, item_table)

    def encode_requests(self, inputs, item_table=None, surface: Surface | None = None, training=False):
        """Encodes requests. The items whose vectors have the largest products with a request's vector rank first.

        Args:
            inputs: The features `MODEL_INPUTS` by name. They may lack candidates.
            item_table: What `item_embeddings` returned, or None.
            surface: The surface of all rows, if it is known beforehand; `inputs` may then lack `surface_index`. None
                takes each row's surface from `inputs`.
            training: Whether dropout is active.

        Returns:
            Float [batch, dim].
        """

        def encode(surface):
            sequences = self.sequences(inputs, surface)
            return self.request(sequences, self.encode(sequences, surface, item_table, training=training))

        if surface is not None:
            return encode(surface)
        is_search = ops.equal(inputs[features.SURFACE_INDEX], Surface.SEARCH.model_index)
        return by_surface(is_search, encode, width=self.config.dim, dtype=self.compute_dtype)

    def log_partition(self, requests, item_table=None):
        """What the products of each request with the items have to be lessened by, to be logits of the scores.

        Args:
            requests: Float [batch, dim], what `encode_requests` returned.
            item_table: What `item_embeddings` returned, or None.

        Returns:
            Float32 [batch]: with `loss: softmax` an estimate of the logarithm of the softmax's denominator, see
            `LogPartition`. The binary loss fixes the level of products itself, so it is 0 there.
        """
        if self.partition is None:
            return ops.zeros_like(ops.cast(requests[:, 0], "float32"))
        rows = ops.convert_to_tensor(self.partition.rows)
        return self.partition(requests, self.embedding.items(rows, item_table))

    def sequences(self, inputs, surface: Surface) -> Sequences:
        """The sequences of rows of one surface as this model reads them."""
        return of_surface(inputs, surface, with_queries=self.config.reads_queries(surface))

    def encode(self, sequences: Sequences, surface: Surface, item_table=None, training=False):
        """Encodes the branches of sequences of one surface; see `SequenceEncoder.encode`."""
        own = self.search_encoder if surface is Surface.SEARCH else None
        return (own or self.encoder).encode(self.embedding, sequences, item_table, training=training)

    @property
    def divides_sessions(self) -> bool:
        """Whether the configuration has session modelling."""
        return self.session_windows is not None

    def sessions(self, inputs, surface: Surface) -> tuple[Sessions, ...]:
        """Divides the histories of one surface into sessions, by products and, where they are read, by queries.

        Args:
            inputs: The features `MODEL_INPUTS` by name. They may lack candidates.
            surface: The surface whose history is divided.

        Raises:
            ValueError: The model has no session modelling.
        """
        if self.session_windows is None:
            raise ValueError("The model was built without session modelling: its configuration has sessions=0.")
        sequences = self.sequences(inputs, surface)
        return self.divide(self.encode(sequences, surface), sequences)

    def divide(self, branches, sequences: Sequences) -> tuple[Sessions, ...]:
        """The sessions of each encoded branch. Event t is at position t + 1, the first that has seen it."""
        # All branches in one batch: half the operations for two.
        events = ops.concatenate([branch[:, 1:] for branch in branches], axis=0)
        divided = self.session_windows(events, ops.tile(sequences.lengths, [len(branches)]))
        parts = [ops.split(part, len(branches), axis=0) for part in divided]
        return tuple(Sessions(*each) for each in zip(*parts, strict=True))

    def request(self, sequences: Sequences, branches):
        """Each row's encoding at the position of the request, both branches mixed: float [batch, dim]."""
        if self.config.sessions_in_scores:
            branches = doubled_in_sessions(branches, self.divide(branches, sequences))
        at_the_end = ops.expand_dims(ops.cast(sequences.at_the_end, branches[0].dtype), 1)
        last = [ops.squeeze(ops.matmul(at_the_end, branch), axis=1) for branch in branches]
        if len(last) == 1:
            return last[0]
        share = ops.cast(self.product_share, last[0].dtype)
        return share * last[0] + (1 - share) * last[1]

    def _score(self, requests, inputs, item_table=None):
        candidates = inputs[features.CANDIDATE_ITEMS]
        items = self.embedding.items(candidates, item_table)
        products = ops.squeeze(ops.matmul(items, ops.expand_dims(requests, -1)), axis=-1)
        level = ops.expand_dims(self.log_partition(requests, item_table), 1)
        return without_padding(ops.cast(products, "float32") - level, candidates)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            "name": self.name,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
            "config": self.config.to_dict(),
            "vocabulary": self.vocabulary.to_dict(),
        }
