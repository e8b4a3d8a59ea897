"""What a model must be able to do, and what it may.

Every model ranks. What else it can do is said by the protocols here, which `isinstance` asks for; the export gives the
SavedModel the signatures of `schemas.signatures` that follow from it.
"""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from models.vocabulary import Vocabulary
from schemas.canonical_event import Surface


@runtime_checkable
class Ranks(Protocol):
    """Scores the candidates of rows: `serving_default` and `rank`. What `models.registry` builds can do all of it.

    Attributes:
        vocabulary: Numbers of indices, and what is known of items and users.
    """

    vocabulary: Vocabulary

    def set_item_attributes(self, values: Mapping[str, Any]) -> None:
        """Fills in what is known of the items: int [items, ...] by the attribute's name."""

    def set_user_attributes(self, values: Mapping[str, Any]) -> None:
        """Fills in what is known of the users: int [users] by the attribute's name."""

    def set_item_counts(self, counts: Any) -> None:
        """Tells how often each item was engaged with in training: int [items]."""

    def item_embeddings(self) -> Any:
        """The whole catalogue as the model sees it, for `score`; computed once in serving."""

    def score(self, inputs: Mapping[str, Any], item_table: Any = None, training: bool = False) -> Any:
        """Float32 logits [batch, candidates] of rows of any surface."""


@runtime_checkable
class Retrieves(Protocol):
    """Makes a vector of a request whose product with an item's is the score, and so finds items in a whole catalogue.

    `recommend`, `search`, `embed_user`, `embed_query` and `catalogue_ranks`.
    """

    def encode_requests(self, inputs: Any, item_table: Any = None, surface: Surface | None = None) -> Any:
        """Float [batch, dim], the vectors of requests: of one surface, or of any (None)."""


@runtime_checkable
class Explains(Protocol):
    """Tells what in a history weighed in a score: `explain`."""

    def explain(self, inputs: Any, item_table: Any = None) -> Any:
        """What `score` returns, and float32 weights [batch, candidates, length] by the history's surface."""


@runtime_checkable
class DividesSessions(Protocol):
    """Divides histories into sessions, unless its configuration leaves that out: `sessions`."""

    @property
    def divides_sessions(self) -> bool:
        """Whether this one does."""

    def sessions(self, inputs: Any, surface: Surface) -> tuple[Any, ...]:
        """The sessions of the histories of one surface, as `models.layers.session_windows.Sessions`."""
