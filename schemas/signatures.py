"""The signatures of the exported SavedModel, and the names of their inputs and outputs."""

from typing import Final

SERVING_DEFAULT: Final = "serving_default"
"""Serialized tf.Examples in, the scores of each example's candidates out. The Evaluator calls it."""
EXAMPLES: Final = "examples"
"""Input of `serving_default`: string [batch]. All examples of one request have equally many candidates."""

RANK: Final = "rank"
"""Raw strings in, scores out: what an application calls."""
# Inputs of `rank`; all are strings. A history token is one place on the second axis, oldest first. Pad with the empty
# string at the end: a place whose surface is empty is not there.
RANK_USER_ID: Final = "user_id"
"""string [batch]; unknown and empty are served."""
RANK_QUERY: Final = "query"
"""string [batch]; the text as typed. Empty asks for recommendation, anything else for search."""
RANK_CANDIDATES: Final = "candidates"
"""string [batch, candidates]."""
RANK_HISTORY_SURFACES: Final = "history_surfaces"
"""string [batch, tokens]; `recommendation` or `search`, empty for padding."""
RANK_HISTORY_QUERIES: Final = "history_queries"
"""string [batch, tokens]; empty for recommendation tokens."""
RANK_HISTORY_ITEMS: Final = "history_items"
"""string [batch, tokens, items]; empty for padding."""
RANK_INPUTS: Final = (
    RANK_USER_ID,
    RANK_QUERY,
    RANK_CANDIDATES,
    RANK_HISTORY_SURFACES,
    RANK_HISTORY_QUERIES,
    RANK_HISTORY_ITEMS,
)

# Further inputs of `rank`, of a model that was trained with context (`transform.context`) and of no other.
# `schemas.context_values.request_inputs` says which. The device and its like go by their own names: string [batch],
# empty where it is unknown.
RANK_TIMESTAMP_MS: Final = "timestamp_ms"
"""int64 [batch]; the moment of the request in milliseconds since 1970, negative where it is unknown."""

SCORES: Final = "scores"
"""Output of both: float32 [batch, candidates]. Higher is better; the probability of a click."""
