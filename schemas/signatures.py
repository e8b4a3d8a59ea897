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

MOST_CANDIDATES: Final = 100_000
"""Places in the candidates of one request, all rows together: what a model makes of each takes kilobytes meanwhile."""
SCORES: Final = "scores"
"""Output of both: float32 [batch, candidates]. Higher is better; the probability of a click."""

EXPLAIN: Final = "explain"
"""The scores of `rank`, and how much each token of the history weighed for each candidate.

Models with target attention have it. Inputs: those of `rank`."""
HISTORY_WEIGHTS: Final = "history_weights"
"""Output beside `scores`: float32 [batch, candidates, tokens], 0 or more, on the axis of the request's history tokens.

The weights by which the model pools a history for the candidate. Recommendation and search tokens are pooled each by
themselves: over the tokens of one surface that the model keeps, a candidate's weights add up to 1. They are 0 for
padding, for tokens that the model's limits cut off or that it does not read, and for candidates that are padding."""

RECOMMEND: Final = "recommend"
SEARCH: Final = "search"
"""The best items of the whole catalogue for a user's feed, and for a query. Models that retrieve have them.

Inputs: those of `rank` without candidates, `recommend` without query too, and the three below."""
K: Final = "k"
"""int32 [batch]; how many items each row asks for, 1 to `LARGEST_K`. More than the catalogue has are padded."""
LARGEST_K: Final = 10_000
EXCLUDE_SEEN: Final = "exclude_seen"
"""bool [batch]; whether to leave out what the row's history holds."""
CATEGORY: Final = "category"
"""string [batch, levels], from broad to narrow; answers only items of this category. The empty string stands for any
name at its level, so a row of nothing else asks for all items. A category that no item has is answered with none."""
REQUEST_INPUTS: Final = (*RANK_INPUTS, RANK_TIMESTAMP_MS, K, EXCLUDE_SEEN, CATEGORY)
"""All inputs of requests that have a meaning of their own; no value of the context may be called like one."""
ITEMS: Final = "items"
"""Output beside `scores`: string [batch, largest k], best first; padded with the empty string and score 0."""

EMBED_USER: Final = "embed_user"
EMBED_QUERY: Final = "embed_query"
"""What a model looks for, as a vector: for a user's feed, and for a query of somebody unknown. Models that retrieve.

Its product with an item's vector (`embed_item`) is the logit of the score that the retriever gives the item. Inputs:
those of `recommend` without what shapes the answer; and `RANK_QUERY` alone."""
EMBED_ITEM: Final = "embed_item"
"""Items as the model sees them, as vectors computed at the export. Models with one vector an item.

What the model does not know has the vector by which it stands for all that is unknown."""
SIMILAR_ITEMS: Final = "similar_items"
"""The other items whose vectors point most nearly the same way as an item's. Models with `embed_item`.

Inputs: `ITEM_ID` and `K`. Outputs: `ITEMS` and `SCORES` as those of `recommend`, but a score is a cosine, from -1 to 1.
For an item that the model does not know there are none."""
ITEM_ID: Final = "item_id"
"""Input of `embed_item` and `similar_items`: string [batch]."""
EMBEDDING: Final = "embedding"
"""Output of the three: float32 [batch, dim]."""
KNOWN: Final = "known"
"""Further output of `embed_item`: bool [batch]; whether the model knows the item."""

CATALOGUE_RANKS: Final = "catalogue_ranks"
"""Serialized tf.Examples in (`examples`), the rank of each example's positive in the whole catalogue out."""
RANKS: Final = "ranks"
"""Output of `catalogue_ranks`: int64 [batch], from 1; ties count against it.

0 for an example without a positive, and for one whose positive the model does not know and never answers."""

SESSIONS: Final = "sessions"
"""How a model with session modelling divides a history: raw strings in, as in `rank` without candidates and query.

The history of one surface has its own events: clicks of recommendation, sessions of search. Both outputs of a row count
them from the oldest that the model keeps; beyond the row's events they hold 0."""
SESSIONS_SURFACE: Final = "surface"
"""Further input: string [batch], `recommendation` or `search`: whose history to divide."""
SESSION_WINDOWS: Final = "windows"
"""Output: float32 [batch, sessions, 2]; where each session starts and ends, event t lying between t and t + 1."""
SESSION_SHARES: Final = "shares"
"""Output: float32 [batch, sessions, events]; the share of each event that lies in each session."""
SESSION_TOKENS: Final = "tokens"
"""Output: int32 [batch, events]; which token of the request's history each event is, from 0; -1 beyond the events."""
QUERY_WINDOWS: Final = "query_windows"
QUERY_SHARES: Final = "query_shares"
"""`windows` and `shares` by what was searched for rather than clicked; 0 for recommendation. Outputs of models that
read queries."""
