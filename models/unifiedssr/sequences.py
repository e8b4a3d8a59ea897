"""Turns a batch of one surface into the sequences that UnifiedSSR reads."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from keras import ops

from models.layers.fast.packing import SHAPES_MAY_DEPEND_ON_VALUES
from schemas import features
from schemas.canonical_event import Surface
from schemas.features import PADDING


class Sequences(NamedTuple):
    """The histories of one surface, oldest event first, padding at the end; each is followed by the row's request.

    A sequence of n events has n + 1 positions. Position i has seen the first i events; in search it has also seen the
    query of the next event. It predicts what is clicked next: event i or, at position n, the target of the row. If
    recommendation has queries, position i has seen the newest one that was searched for before the next event.

    Source: UnifiedSSR (arXiv 2310.13921), the behaviour sequences of products and of queries.

    Attributes:
        users: Int [batch].
        items: Int [batch, events, items per event]: the clicked items. `events` is the length of the longest history.
        lengths: Int [batch]: the number of real events.
        queries: Int [batch, events + 1, words]: the query of each position; None if the surface has no queries. A
            position without a query has padding alone.
    """

    users: Any
    items: Any
    lengths: Any
    queries: Any

    @property
    def at_the_end(self):
        """Bool [batch, events + 1]; True at the position of the request."""
        positions = ops.arange(ops.shape(self.items)[1] + 1, dtype="int32")
        return ops.equal(ops.expand_dims(positions, 0), ops.expand_dims(self.lengths, 1))

    @property
    def is_event(self):
        """Bool [batch, events]; False at padding."""
        places = ops.arange(ops.shape(self.items)[1], dtype="int32")
        return ops.less(ops.expand_dims(places, 0), ops.expand_dims(self.lengths, 1))


def of_surface(inputs: Mapping[str, Any], surface: Surface, with_queries: bool = True) -> Sequences:
    """Reads rows of one surface.

    Args:
        inputs: The features `schemas.features.MODEL_INPUTS` by name.
        surface: The surface whose history is read. Events are clicks in recommendation and sessions in search.
        with_queries: Whether to read queries, too.
    """
    users = inputs[features.USER]
    if surface is Surface.RECOMMENDATION:
        items = inputs[features.RECOMMENDATION_ITEMS]
        lengths = _count(items)
        sequences = Sequences(users, ops.expand_dims(_without_padding(items, lengths), -1), lengths, None)
        return sequences._replace(queries=_newest_queries(inputs, sequences)) if with_queries else sequences
    lengths = _count(inputs[features.SEARCH_KINDS])
    sequences = Sequences(users, _without_padding(inputs[features.SEARCH_ITEMS], lengths), lengths, None)
    if not with_queries:
        return sequences
    # The request's query goes into the first place of padding after the last session.
    words = ops.pad(_without_padding(inputs[features.SEARCH_WORDS], lengths), ((0, 0), (0, 1), (0, 0)))
    own = ops.expand_dims(inputs[features.QUERY_WORDS], 1)
    return sequences._replace(queries=ops.where(ops.expand_dims(sequences.at_the_end, -1), own, words))


def targets(sequences: Sequences, final, every_position: bool = True):
    """The items that each position should predict.

    Args:
        sequences: The sequences of a batch.
        final: Int [batch]: the target of each row; padding for a row without a target.
        every_position: Whether every event is a target of the position before it. False gives a target to the last
            position alone.

    Returns:
        Int [batch, events + 1, items per event]; padding where there is nothing to predict.
    """
    sessions = ops.pad(sequences.items, ((0, 0), (0, 1), (0, 0)))
    if not every_position:
        sessions = ops.zeros_like(sessions)
    # The final target is one item. If events have places for more items, these stay padding.
    places = ops.arange(ops.shape(sessions)[-1], dtype="int32")
    own = ops.multiply(ops.reshape(final, (-1, 1, 1)), ops.cast(ops.equal(places, 0), final.dtype))
    return ops.where(ops.expand_dims(sequences.at_the_end, -1), own, sessions)


def target_weights(sequences: Sequences, final, history):
    """The weights of what `targets` returns.

    Args:
        sequences: The sequences of a batch.
        final: Float [batch]: the weight of each row's target.
        history: Float [batch, history] or [batch, history, items per event]: the weights of the history's items.

    Returns:
        Float [batch, events + 1, items per event].
    """
    if len(history.shape) < len(sequences.items.shape):
        history = ops.expand_dims(history, -1)
    of_events = ops.pad(history[:, : ops.shape(sequences.items)[1]], ((0, 0), (0, 1), (0, 0)))
    return ops.where(ops.expand_dims(sequences.at_the_end, -1), ops.reshape(final, (-1, 1, 1)), of_events)


def _newest_queries(inputs: Mapping[str, Any], sequences: Sequences):
    """For each position of recommendation, the query of the newest search before its next event: as `queries`."""
    events = ops.shape(sequences.items)[1]
    clicks = ops.pad(inputs[features.RECOMMENDATION_POSITIONS][:, :events], ((0, 0), (0, 1)))
    places = ops.expand_dims(inputs[features.SEARCH_POSITIONS], 1)
    earlier = ops.logical_or(ops.less(places, ops.expand_dims(clicks, -1)), ops.expand_dims(sequences.at_the_end, -1))
    earlier = ops.logical_and(earlier, ops.expand_dims(ops.not_equal(inputs[features.SEARCH_KINDS], PADDING), 1))
    # Searches are stored oldest first, so their number says which is the newest.
    count = ops.sum(ops.cast(earlier, "int32"), axis=-1)
    words = inputs[features.SEARCH_WORDS]
    rows, searches = ops.shape(words)[:2]
    first = ops.expand_dims(ops.arange(rows, dtype="int32") * searches, -1)
    newest = ops.take(ops.reshape(words, (-1, words.shape[-1])), ops.add(first, ops.maximum(count - 1, 0)), axis=0)
    return ops.where(ops.expand_dims(ops.greater(count, 0), -1), newest, PADDING)


def _without_padding(values, lengths):
    """Drops the places after the longest history, but keeps one. Keeps all if the backend needs known shapes."""
    if not SHAPES_MAY_DEPEND_ON_VALUES:
        return values
    return values[:, : ops.maximum(ops.max(lengths, initial=0), 1)]


def _count(values):
    return ops.sum(ops.cast(ops.not_equal(values, PADDING), "int32"), axis=-1)
