"""The table of all signatures: the inputs and outputs of each, and which models offer it.

Four places read it: the export for its input signatures, the client for its calls, the servability gate for its checks,
and the model that retrieves and ranks for which part answers a signature. `schemas.signatures` says what each name
means. A new signature is its names there, one row here, and its function under `tfx_pipeline/export/signatures`.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from schemas import context_values, signatures


class TensorShape(NamedTuple):
    """An input or output of a signature.

    Attributes:
        name: Its name in the signature.
        dtype: Its TensorFlow dtype, such as `string` or `float32`.
        axes: The name of each axis. Axes may have any length.
    """

    name: str
    dtype: str
    axes: tuple[str, ...] = ("batch",)


class OfferedBy(enum.Enum):
    """Which models offer a signature; `models.contract` has the protocols."""

    EVERY_MODEL = "every model"
    EXPLAINING = "models that explain"
    RETRIEVING = "models that retrieve"
    WITH_ITEM_VECTORS = "models with one vector an item"
    DIVIDING_SESSIONS = "models with session modelling"
    WITH_ITEM_PRIORS = "models that retrieve, then rank by what was learned from popular negatives"


class AnsweredBy(enum.Enum):
    """Which part answers, if one model retrieves and another ranks."""

    RANKER = "ranker"
    RETRIEVER = "retriever"
    BOTH = "retriever, then ranker"


@dataclass(frozen=True)
class Signature:
    """One row of the table.

    Attributes:
        name: The name of the signature.
        inputs: The inputs in order. With `takes_context`, the context values come after them.
        outputs: The outputs of every model that offers it.
        newer_outputs: Further outputs, which models that were exported earlier lack.
        composed_outputs: Further outputs of a model that retrieves by one part and ranks by another.
        offered_by: Which models offer it.
        answered_by: Which part of a composed model answers it.
        takes_context: Whether a model trained with `transform.context` takes the context values as inputs too.
    """

    name: str
    inputs: tuple[TensorShape, ...]
    outputs: tuple[TensorShape, ...]
    offered_by: OfferedBy
    answered_by: AnsweredBy
    takes_context: bool = False
    newer_outputs: tuple[TensorShape, ...] = ()
    composed_outputs: tuple[TensorShape, ...] = ()

    def all_inputs(self, context: Sequence[str] = ()) -> tuple[TensorShape, ...]:
        """The inputs, with those for these context values (`transform.context`)."""
        if not self.takes_context:
            return self.inputs
        told = context_values.request_inputs(context)
        dtypes = {signatures.RANK_TIMESTAMP_MS: "int64"}
        return (*self.inputs, *(TensorShape(name, dtypes.get(name, "string")) for name in told))


_EXAMPLES: Final = TensorShape(signatures.EXAMPLES, "string")
_USER: Final = TensorShape(signatures.RANK_USER_ID, "string")
_QUERY: Final = TensorShape(signatures.RANK_QUERY, "string")
_CANDIDATES: Final = TensorShape(signatures.RANK_CANDIDATES, "string", ("batch", "candidates"))
_HISTORY: Final = (
    TensorShape(signatures.RANK_HISTORY_SURFACES, "string", ("batch", "tokens")),
    TensorShape(signatures.RANK_HISTORY_QUERIES, "string", ("batch", "tokens")),
    TensorShape(signatures.RANK_HISTORY_ITEMS, "string", ("batch", "tokens", "items")),
)
_K: Final = TensorShape(signatures.K, "int32")
_WANTED: Final = (
    _K,
    TensorShape(signatures.EXCLUDE_SEEN, "bool"),
    TensorShape(signatures.CATEGORY, "string", ("batch", "levels")),
)
_ITEM: Final = TensorShape(signatures.ITEM_ID, "string")
_SCORES: Final = TensorShape(signatures.SCORES, "float32", ("batch", "candidates"))
_LIST: Final = (
    TensorShape(signatures.ITEMS, "string", ("batch", "k")),
    TensorShape(signatures.SCORES, "float32", ("batch", "k")),
)
_SOURCES: Final = (TensorShape(signatures.SOURCES, "string", ("batch", "k")),)
_EMBEDDING: Final = TensorShape(signatures.EMBEDDING, "float32", ("batch", "dim"))

_ROWS: Final = (
    Signature(signatures.SERVING_DEFAULT, (_EXAMPLES,), (_SCORES,), OfferedBy.EVERY_MODEL, AnsweredBy.RANKER),
    Signature(
        signatures.RANK,
        (_USER, _QUERY, _CANDIDATES, *_HISTORY),
        (_SCORES,),
        OfferedBy.EVERY_MODEL,
        AnsweredBy.RANKER,
        takes_context=True,
    ),
    Signature(
        signatures.EXPLAIN,
        (_USER, _QUERY, _CANDIDATES, *_HISTORY),
        (_SCORES, TensorShape(signatures.HISTORY_WEIGHTS, "float32", ("batch", "candidates", "tokens"))),
        OfferedBy.EXPLAINING,
        AnsweredBy.RANKER,
        takes_context=True,
    ),
    Signature(
        signatures.RECOMMEND,
        (_USER, *_HISTORY, *_WANTED),
        _LIST,
        OfferedBy.RETRIEVING,
        AnsweredBy.BOTH,
        takes_context=True,
        newer_outputs=_SOURCES,
    ),
    Signature(
        signatures.SEARCH,
        (_USER, _QUERY, *_HISTORY, *_WANTED),
        _LIST,
        OfferedBy.RETRIEVING,
        AnsweredBy.BOTH,
        takes_context=True,
        newer_outputs=_SOURCES,
    ),
    Signature(
        signatures.EMBED_USER,
        (_USER, *_HISTORY),
        (_EMBEDDING,),
        OfferedBy.RETRIEVING,
        AnsweredBy.RETRIEVER,
        takes_context=True,
    ),
    Signature(signatures.EMBED_QUERY, (_QUERY,), (_EMBEDDING,), OfferedBy.RETRIEVING, AnsweredBy.RETRIEVER),
    Signature(
        signatures.EMBED_ITEM,
        (_ITEM,),
        (_EMBEDDING, TensorShape(signatures.KNOWN, "bool")),
        OfferedBy.WITH_ITEM_VECTORS,
        AnsweredBy.RETRIEVER,
    ),
    Signature(signatures.SIMILAR_ITEMS, (_ITEM, _K), _LIST, OfferedBy.WITH_ITEM_VECTORS, AnsweredBy.RETRIEVER),
    Signature(
        signatures.ITEM_PRIOR,
        (_ITEM,),
        (TensorShape(signatures.PRIOR, "float32"),),
        OfferedBy.WITH_ITEM_PRIORS,
        AnsweredBy.BOTH,
    ),
    Signature(
        signatures.CATALOGUE_RANKS,
        (_EXAMPLES,),
        (TensorShape(signatures.RANKS, "int64"), TensorShape(signatures.UNSEEN_RANKS, "int64")),
        OfferedBy.RETRIEVING,
        AnsweredBy.BOTH,
        composed_outputs=(
            TensorShape(signatures.VECTOR_RANKS, "int64"),
            TensorShape(signatures.UNSEEN_VECTOR_RANKS, "int64"),
        ),
    ),
    Signature(
        signatures.SESSIONS,
        (_USER, *_HISTORY, TensorShape(signatures.SESSIONS_SURFACE, "string")),
        (
            TensorShape(signatures.SESSION_TOKENS, "int32", ("batch", "events")),
            TensorShape(signatures.SESSION_WINDOWS, "float32", ("batch", "sessions", "bounds")),
            TensorShape(signatures.SESSION_SHARES, "float32", ("batch", "sessions", "events")),
        ),
        OfferedBy.DIVIDING_SESSIONS,
        AnsweredBy.RETRIEVER,
    ),
)

SIGNATURES: Final[Mapping[str, Signature]] = {row.name: row for row in _ROWS}
"""All signatures by name."""


def names(*, offered_by: OfferedBy | None = None, answered_by: AnsweredBy | None = None) -> tuple[str, ...]:
    """The names of the signatures that these models offer and this part answers; None does not restrict them."""
    return tuple(
        row.name for row in _ROWS if offered_by in (None, row.offered_by) and answered_by in (None, row.answered_by)
    )
