"""The signatures of the exported SavedModel, and the names of their inputs and outputs."""

from typing import Final

SERVING_DEFAULT: Final = "serving_default"
"""Takes serialized tf.Examples and returns the scores of each example's candidates. The Evaluator calls it."""
EXAMPLES: Final = "examples"
"""Input of `serving_default`: string [batch]. All examples of one request have the same number of candidates."""

RANK: Final = "rank"
"""Takes raw strings and returns scores. Applications call it."""
# Inputs of `rank`; all are strings. A history token is one place on the second axis, oldest first. Padding is the empty
# string at the end: a place with an empty surface is ignored.
RANK_USER_ID: Final = "user_id"
"""string [batch]; unknown and empty users are served too."""
RANK_QUERY: Final = "query"
"""string [batch]; the text as typed. An empty text asks for recommendation, any other text for search."""
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

# Further inputs of `rank` in a model that was trained with context (`transform.context`), and in no other model.
# `schemas.context_values.request_inputs` lists them. A value such as the device is an input of its own name:
# string [batch], empty if the value is unknown.
RANK_TIMESTAMP_MS: Final = "timestamp_ms"
"""int64 [batch]; the time of the request in milliseconds since 1970, negative if it is unknown."""

MOST_CANDIDATES: Final = 100_000
"""The most candidates in one request, over all rows: a model needs kilobytes of memory for each of them."""
SCORES: Final = "scores"
"""Output of both: float32 [batch, candidates], from 0 to 1. Higher is better. A probability where it is calibrated."""

EXPLAIN: Final = "explain"
"""Returns the scores of `rank`, and how much each token of the history weighed for each candidate.

Models with target attention offer it. Its inputs are those of `rank`."""
HISTORY_WEIGHTS: Final = "history_weights"
"""Output beside `scores`: float32 [batch, candidates, tokens], 0 or more, on the axis of the request's history tokens.

The model pools a history for a candidate with these weights. It pools recommendation tokens and search tokens
separately. So a candidate's weights add up to 1 over the tokens of one surface that the model keeps. They are 0 for
padding, for tokens beyond the model's limits or of a kind that it does not read, and for candidates that are
padding."""

RECOMMEND: Final = "recommend"
SEARCH: Final = "search"
"""`recommend` returns the best items of the whole catalogue for a user's feed, `search` those for a query.

Models that retrieve offer them. Their inputs are those of `rank` without candidates, and the three below. `recommend`
has no query either."""
K: Final = "k"
"""int32 [batch]; how many items each row asks for, 1 to `LARGEST_K`. Places beyond the catalogue's items are padded."""
LARGEST_K: Final = 10_000
EXCLUDE_SEEN: Final = "exclude_seen"
"""bool [batch]; whether to leave out the items of the row's history."""
CATEGORY: Final = "category"
"""string [batch, levels], from broad to narrow; returns only items of this category. The empty string matches any name
at its level, so a row of empty strings asks for all items. For a category that no item has, no item is returned."""
REQUEST_INPUTS: Final = (*RANK_INPUTS, RANK_TIMESTAMP_MS, K, EXCLUDE_SEEN, CATEGORY)
"""All inputs of requests with a fixed meaning. No context value may have one of these names."""
ITEMS: Final = "items"
"""Output beside `scores`: string [batch, largest k], best first; padded with the empty string and score 0."""
SOURCES: Final = "sources"
"""Further output of `recommend` and `search`: string [batch, largest k], where each item comes from, a name of
`schemas.retrieval_sources`; padded with the empty string. Models of Tandem 0.1 do not have it.

Where all items of a row come from popularity, nothing was known of the request. Then a score is not that of `rank`, but
the share of all engagements of training that were with the item."""

EMBED_USER: Final = "embed_user"
EMBED_QUERY: Final = "embed_query"
"""`embed_user` returns the vector of a user's feed request, `embed_query` that of a query by an unknown user.

Models that retrieve offer them. The product with an item's vector (`embed_item`) is the logit of the retriever's score.
The inputs of `embed_user` are those of `recommend` without `K`, `EXCLUDE_SEEN` and `CATEGORY`. `embed_query` takes
`RANK_QUERY` alone."""
EMBED_ITEM: Final = "embed_item"
"""Returns the vectors of items, computed at the export. Models with one vector per item offer it.

An item that the model does not know has the vector of the unknown item."""
SIMILAR_ITEMS: Final = "similar_items"
"""Returns the other items whose vectors have the largest cosine with an item's. Models with `embed_item` offer it.

Its inputs are `ITEM_ID` and `K`. Its outputs are `ITEMS` and `SCORES` as in `recommend`, but a score is a cosine, from
-1 to 1. For an item that the model does not know, it returns no items."""
ITEM_ID: Final = "item_id"
"""Input of `embed_item` and `similar_items`: string [batch]."""
EMBEDDING: Final = "embedding"
"""Output of the three: float32 [batch, dim]."""
KNOWN: Final = "known"
"""Further output of `embed_item`: bool [batch]; whether the model knows the item."""

ITEM_PRIOR: Final = "item_prior"
"""Returns how much likelier than an average one each item is before anything is known of a request.

Models that retrieve by one part and rank by another offer it, if negatives drawn by popularity took popularity out of
the ranker's scores. There, the log-odds of an item's score in `recommend` and `search` are those of its score in `rank`
plus this or, where scores are calibrated, what `ScoreMap` makes of it. Its input is `ITEM_ID`."""
PRIOR: Final = "prior"
"""Output of `item_prior`: float32 [batch], the logarithm of the item's engagements by those of an average item, each
counted once more; 0 for an item that the model does not know."""

CATALOGUE_RANKS: Final = "catalogue_ranks"
"""Takes serialized tf.Examples (`examples`) and returns the rank of each example's positive in the whole catalogue."""
RANKS: Final = "ranks"
"""Output of `catalogue_ranks`: int64 [batch], from 1; ties count against the positive.

It is 0 for an example without a positive, and for a positive that the model does not know and never returns.

If one model retrieves and another ranks, it is the place in what `recommend` or `search` answers, as it is served. A
positive that the retriever does not hand over stands behind all that it does, at a rank that is never better than the
true one: the number of items handed over, plus `VECTOR_RANKS`."""
UNSEEN_RANKS: Final = "unseen_ranks"
"""Further output of `catalogue_ranks`: the same rank where all other items of the example's history are left out.

If one model retrieves and another ranks, it is the place in the answer with `EXCLUDE_SEEN`, unless the positive is in
the history: then it is the place in the answer with the history, without its other items."""
VECTOR_RANKS: Final = "vector_ranks"
UNSEEN_VECTOR_RANKS: Final = "unseen_vector_ranks"
"""Further outputs of `catalogue_ranks`, only where one model retrieves and another ranks: the same two ranks by the
retriever's vectors alone."""

SESSIONS: Final = "sessions"
"""Returns how a model with session modelling divides a history.

It takes raw strings as `rank` does, without candidates and query.

The history of a surface has its own events: clicks in recommendation, sessions in search. Both outputs count a row's
events from the oldest that the model keeps. Beyond the row's events they are 0."""
SESSIONS_SURFACE: Final = "surface"
"""Further input: string [batch], `recommendation` or `search`: the surface whose history is divided."""
SESSION_WINDOWS: Final = "windows"
"""Output: float32 [batch, sessions, 2]; the start and end of each session. Event t lies between t and t + 1."""
SESSION_SHARES: Final = "shares"
"""Output: float32 [batch, sessions, events]; the share of each event that lies in each session."""
SESSION_TOKENS: Final = "tokens"
"""Output: int32 [batch, events]; which token of the request's history each event is, from 0; -1 beyond the events."""
QUERY_WINDOWS: Final = "query_windows"
QUERY_SHARES: Final = "query_shares"
"""`windows` and `shares` of the sessions by queries instead of clicked items; 0 for a surface without them. Models that
read queries have these outputs."""
