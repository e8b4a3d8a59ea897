"""The protocols of a model: what every model must do (rank), and what some models can do besides.

`isinstance` tells whether a model follows a protocol. The export gives the SavedModel the signatures of
`schemas.signatures` that the model's protocols allow.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

from models.vocabulary import Vocabulary
from schemas.canonical_event import Surface


@runtime_checkable
class Ranks(Protocol):
    """Scores the candidates of rows, for `serving_default` and `rank`. Every model of `models.registry` does.

    Attributes:
        vocabulary: The numbers of indices, and the attributes of items and users.
    """

    vocabulary: Vocabulary

    def set_item_attributes(self, values: Mapping[str, Any]) -> None:
        """Sets the attributes of the items: int [items, ...] by the attribute's name."""

    def set_user_attributes(self, values: Mapping[str, Any]) -> None:
        """Sets the attributes of the users: int [users] by the attribute's name."""

    def set_item_counts(self, counts: Any) -> None:
        """Sets the number of engagements of each item in training: int [items]."""

    def item_embeddings(self) -> Any:
        """Embeds the whole catalogue, for `score`; serving computes it once."""

    def score(self, inputs: Mapping[str, Any], item_table: Any = None, training: bool = False) -> Any:
        """Float32 logits [batch, candidates] of rows of any surface."""


@runtime_checkable
class Retrieves(Protocol):
    """Encodes requests as vectors. Their products with items' vectors order the items, so a catalogue can be searched.

    A product less the request's `log_partition` is the logit that `score` returns.

    For `recommend`, `search`, `embed_user`, `embed_query` and `catalogue_ranks`.
    """

    def encode_requests(self, inputs: Any, item_table: Any = None, surface: Surface | None = None) -> Any:
        """The vectors of requests, float [batch, dim]; `surface` is that of all rows, or None if they differ."""

    def log_partition(self, requests: Any, item_table: Any = None) -> Any:
        """Float32 [batch], what lessens the products of each request; 0 if nothing does."""


@runtime_checkable
class Explains(Protocol):
    """Tells how much each token of a history weighed in a score, for `explain`."""

    def explain(self, inputs: Any, item_table: Any = None) -> Any:
        """The result of `score`, and float32 weights [batch, candidates, length] by the history's surface."""


@runtime_checkable
class DividesSessions(Protocol):
    """Divides histories into sessions, for `sessions`, unless its configuration switches that off."""

    @property
    def divides_sessions(self) -> bool:
        """Whether the configuration of this model has sessions."""

    def sessions(self, inputs: Any, surface: Surface) -> tuple[Any, ...]:
        """The sessions of the histories of one surface, as `models.layers.session_windows.Sessions`."""


@runtime_checkable
class KnowsEngagements(Protocol):
    """Looks candidates up in what training's users did, unless its configuration switches that off."""

    @property
    def needs_engagements(self) -> bool:
        """Whether the configuration of this model asks for it."""

    def set_engagement_tables(self, tables: Mapping[str, Any]) -> None:
        """Sets the tables; see `models.unisar.engagement_features`."""


@runtime_checkable
class MixesExperts(Protocol):
    """Mixes experts by gates, which a training looks at."""

    def gate_shares(self, inputs: Mapping[str, Any], surface: Surface) -> Mapping[str, Any]:
        """How much each expert counts, by its name: float [] that add up to 1; empty if there is nothing to mix."""


@runtime_checkable
class TakesTransitions(Protocol):
    """Makes histories of transitions between the surfaces, which a training looks at."""

    def transition_shares(
        self, inputs: Mapping[str, Any], surface: Surface
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """By which transition its histories came to be, float [] by name: for candidates, and in each layer."""


@runtime_checkable
class LeavesRowsOut(Protocol):
    """Has losses that do not learn from all that a batch has."""

    def left_out(self, inputs: Mapping[str, Any]) -> Mapping[str, tuple[Any, Any]]:
        """By cause, how many of a joint batch's rows or pairs a loss leaves out, and of how many: float32 [] each."""


@runtime_checkable
class ShowsVectors(Protocol):
    """Has vectors that somebody may look at."""

    def vector_tables(self) -> Mapping[str, Callable[[Any], Any]]:
        """Functions from int [n] indices to float [n, dim], by what they are of: `items`, `words` or `users`."""


@runtime_checkable
class NamesTables(Protocol):
    """Tells what the rows of its trained tables stand for, so that a later training can take them over by value."""

    def table_vocabularies(self) -> Mapping[str, str]:
        """The vocabulary (`schemas.features`) of each trained table that has a row for each of its values.

        By the weight's `path`. Row 0 is padding's, row i that of the i-th value; a further last row is that of unknown
        values. All other trained weights have nothing to do with the values of vocabularies.
        """


@runtime_checkable
class StartsFromFeatures(Protocol):
    """Has features of candidates by which it can score before it is trained, and may go on to in part."""

    def start_from_features(self, batches: Any) -> bool:
        """Weighs these features, and makes all else add nothing at first; `batches` are as `fit` takes them.

        Returns:
            Whether it did, which a configuration without such features does not.
        """

    def set_learned_shares(self, shares: Mapping[Surface, float]) -> None:
        """Sets how much of each surface's scores is what was learned, from 0 to 1; the rest is that of the start."""
