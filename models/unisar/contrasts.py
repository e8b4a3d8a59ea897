"""UniSAR's contrastive losses of a step: query-item contrast and history alignment."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import keras
from keras import ops

from models.layers.fast.packing import LAYOUTS, bool_mask, padded
from models.losses.history_alignment import HistoryAlignment
from models.losses.query_item_contrast import QueryItemContrast
from models.losses.random_choice import draw
from models.registration import register
from models.unisar.transition_extraction import Transitions
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_embedding import HistoryTokens, ItemLookup
from schemas import features
from schemas.canonical_event import Surface
from schemas.features import PADDING

QUERY_ITEM_LOSS: Final = "query_item_loss"
HISTORY_ALIGNMENT_LOSS: Final = "history_alignment_loss"
_LOOKED_AT: Final = (features.SEARCH_KINDS, features.SEARCH_ITEMS, features.RECOMMENDATION_ITEMS)


class Term(NamedTuple):
    """A term of the joint loss.

    Attributes:
        weight: Its weight in the joint loss.
        surfaces: The surfaces over whose rows it is computed.
    """

    weight: float
    surfaces: tuple[Surface, ...]


class _Sessions(NamedTuple):
    """The search sessions of some rows, one after the other, perhaps with padding between them.

    Attributes:
        words: Int [sessions, words per query].
        queries: Float [sessions, dim].
        items: Int [sessions, items per session].
        clicked: Float [sessions, items per session, dim].
        clicked_mask: Bool [sessions, items per session].
        real: Bool [sessions].
    """

    words: Any
    queries: Any
    items: Any
    clicked: Any
    clicked_mask: Any
    real: Any


class _Views(NamedTuple):
    """The transitions of some rows, padded, each with the mask of its history.

    Attributes:
        recommendation: The two of the recommendation history, s2r and r2r, float [rows, length, dim].
        search: The two of the search history, r2s and s2s.
        recommendation_mask: Bool [rows, length].
        search_mask: Bool [rows, length].
    """

    recommendation: tuple[Any, ...]
    search: tuple[Any, ...]
    recommendation_mask: Any
    search_mask: Any


@register
class Contrasts(keras.layers.Layer):
    """Query-item contrast and history alignment, as far as the configuration has them.

    In each step, the query-item contrast draws its pairs and its negative queries from the sessions of the batch, and
    its negative items from the whole catalogue. A negative equal to a pair's own item or query is left out.

    The history alignment uses rows that have both kinds of token. Other rows have no transition between kinds.

    With `contrasts_per_surface`, both are computed over the rows of each surface by themselves. Negative items are the
    same for both surfaces.

    Source: UniSAR (arXiv 2404.09520), query-item alignment and transition alignment. Drawing pairs and rows is ours;
    `README.md` beside this file says why.

    Args:
        config: The model's configuration, or its fields as a dict.
        **kwargs: Passed to `keras.layers.Layer`.
    """

    def __init__(self, config: UniSARConfig | Mapping[str, Any], **kwargs: Any):
        super().__init__(**kwargs)
        self.config = config if isinstance(config, UniSARConfig) else UniSARConfig(**config)

    @property
    def weights_by_name(self) -> dict[str, float]:
        """The weights of the losses that the configuration has, by name, whatever the surface."""
        config = self.config
        weights = {}
        if config.query_item_contrast and config.query_item_weight:
            weights[QUERY_ITEM_LOSS] = config.query_item_weight
        if config.history_alignment and config.history_alignment_weight and any(self._aligned()):
            weights[HISTORY_ALIGNMENT_LOSS] = config.history_alignment_weight
        return weights

    @property
    def terms(self) -> dict[str, Term]:
        """The terms of the joint loss by name: what `losses_by_name` returns, and how it counts."""
        if not self.config.contrasts_per_surface:
            return {name: Term(weight, tuple(Surface)) for name, weight in self.weights_by_name.items()}
        return {
            _of_surface(name, surface): Term(weight * self.config.click_weight(surface), (surface,))
            for surface in Surface
            for name, weight in self.weights_by_name.items()
        }

    def _aligned(self) -> tuple[bool, bool]:
        config = self.config
        return (
            config.search_to_recommendation and config.recommendation_to_recommendation,
            config.recommendation_to_search and config.search_to_search,
        )

    def build(self, input_shape=None):
        """Creates the similarities of the losses that the configuration has."""
        config = self.config
        self.query_item = self.recommendation_alignment = self.search_alignment = None
        if QUERY_ITEM_LOSS in self.weights_by_name:
            self.seed = keras.random.SeedGenerator()
            self.query_item = self._make(QueryItemContrast, config.query_item_temperature, "query_item")
        if HISTORY_ALIGNMENT_LOSS in self.weights_by_name:
            temperature = config.history_alignment_temperature
            recommendation, search = self._aligned()
            if recommendation:
                self.recommendation_alignment = self._make(HistoryAlignment, temperature, "recommendation_alignment")
            if search:
                self.search_alignment = self._make(HistoryAlignment, temperature, "search_alignment")
        self.built = True

    def _make(self, layer_class: type, temperature: float, name: str) -> keras.layers.Layer:
        layer = layer_class(temperature, name=name, dtype=self.dtype_policy)
        layer.build((None, None, self.config.dim))
        return layer

    def draw_items(self, count: int):
        """Draws the negative items of the query-item contrast: int32 [negatives]; None if that loss is off.

        Args:
            count: Number of items in the vocabulary, padding included.
        """
        negatives = self.config.query_item_negatives if self.query_item is not None else 0
        return keras.random.randint((negatives,), PADDING + 1, count, seed=self.seed) if negatives else None

    def losses_by_name(
        self,
        tokens: HistoryTokens,
        transitions: Transitions,
        negative_items,
        items: ItemLookup,
        recommendation_rows=None,
    ) -> dict[str, Any]:
        """Computes the losses of `terms`.

        Args:
            tokens: The history tokens of the batch.
            transitions: The transitions of the batch.
            negative_items: What `draw_items` returned.
            items: Embeds the negative items.
            recommendation_rows: How many rows are of recommendation; they come first. Needed with
                `contrasts_per_surface` alone.

        Returns:
            Float32 scalars by name, not weighted.
        """
        sessions = None if self.query_item is None else _sessions(tokens)
        views = self._views(tokens, transitions)
        if not self.config.contrasts_per_surface:
            return self._losses_over(sessions, views, negative_items, items)
        losses: dict[str, Any] = {}
        first = _sessions_before(tokens, recommendation_rows)
        for surface, rows, places in zip(Surface, _cut(recommendation_rows), _cut(first), strict=True):
            of_surface = self._losses_over(_part(sessions, places), _part(views, rows), negative_items, items)
            losses |= {_of_surface(name, surface): loss for name, loss in of_surface.items()}
        return losses

    def _losses_over(self, sessions: _Sessions | None, views: _Views, negative_items, items) -> dict[str, Any]:
        """The losses of `weights_by_name` over some rows. `sessions` is None without the query-item contrast."""
        losses = {}
        if sessions is not None:
            losses[QUERY_ITEM_LOSS] = self._query_item_loss(sessions, negative_items, items)
        if views.recommendation or views.search:
            losses[HISTORY_ALIGNMENT_LOSS] = self._alignment_loss(views)
        return losses

    def _query_item_loss(self, sessions: _Sessions, negative_items, items: ItemLookup):
        """The query-item contrast of pairs and negatives that are drawn for this step."""
        dim = self.config.dim
        query_keys = _text_keys(sessions.words)
        session_size = sessions.items.shape[-1]
        clicked_mask = ops.reshape(sessions.clicked_mask, (-1,))
        if self.config.query_item_pairs:
            pairs, found = draw(clicked_mask, self._at_most(self.config.query_item_pairs, sessions), self.seed)
            real = ops.logical_and(ops.take(clicked_mask, pairs), found)
        else:
            pairs, real = ops.arange(ops.shape(clicked_mask)[0], dtype="int32"), clicked_mask
        places = ops.floor_divide(pairs, session_size)
        pair_items = ops.take(ops.reshape(sessions.items, (-1,)), pairs)

        with_words = ops.logical_and(sessions.real, ops.any(ops.not_equal(sessions.words, PADDING), axis=-1))
        others, _ = draw(with_words, self._at_most(self.config.query_item_negatives, sessions), self.seed)
        query_hits = ops.equal(
            ops.expand_dims(ops.take(query_keys, places), 1), ops.expand_dims(ops.take(query_keys, others), 0)
        )
        return self.query_item(
            ops.take(sessions.queries, places, axis=0),
            ops.take(ops.reshape(sessions.clicked, (-1, dim)), pairs, axis=0),
            real,
            items(negative_items),
            ops.take(sessions.queries, others, axis=0),
            item_hits=ops.equal(ops.expand_dims(pair_items, 1), ops.expand_dims(negative_items, 0)),
            query_hits=query_hits,
        )

    def left_out(self, inputs) -> dict[str, tuple[Any, Any]]:
        """How much of a joint batch the contrastive losses leave out, by cause.

        * `alignment_beyond_most`: rows beyond `history_alignment_rows`.
        * `alignment_one_kind`: rows within them that have tokens of one kind alone, or none.
        * `query_item_without_click`: rows none of whose searches has a click.
        * `query_item_pairs_not_drawn`: pairs of a query and an item clicked for it, beyond `query_item_pairs`. That is
          the least share, because pairs are drawn with replacement.

        Args:
            inputs: A joint batch, `{"recommendation": features, "search": features}`.

        Returns:
            Pairs of float32 [] for the losses that the configuration has: what is left out, and of how many.
        """
        sides = [inputs[surface.value] for surface in Surface]
        if not self.config.contrasts_per_surface:
            sides = [{name: ops.concatenate([side[name] for side in sides], axis=0) for name in _LOOKED_AT}]
        found: dict[str, tuple[Any, Any]] = {}
        for side in sides:
            for name, (left, of) in self._left_out_of(side).items():
                others = found.get(name, (0.0, 0.0))
                found[name] = ops.add(others[0], left), ops.add(others[1], of)
        return found

    def _left_out_of(self, side) -> dict[str, tuple[Any, Any]]:
        """`left_out` of rows that are contrasted together."""
        sessions = ops.not_equal(side[features.SEARCH_KINDS], PADDING)
        items = ops.not_equal(side[features.RECOMMENDATION_ITEMS], PADDING)
        both = ops.logical_and(ops.any(items, axis=-1), ops.any(sessions, axis=-1))
        clicked = ops.logical_and(ops.not_equal(side[features.SEARCH_ITEMS], PADDING), ops.expand_dims(sessions, -1))
        rows, found = ops.cast(ops.shape(both)[0], "float32"), {}
        if self.recommendation_alignment is not None or self.search_alignment is not None:
            picked = _evenly(ops.shape(both)[0], self.config.history_alignment_rows)(both)
            count = ops.cast(ops.shape(picked)[0], "float32")
            found["alignment_beyond_most"] = ops.subtract(rows, count), rows
            found["alignment_one_kind"] = ops.subtract(count, _count(picked)), rows
        if self.query_item is not None:
            found["query_item_without_click"] = ops.subtract(rows, _count(ops.any(clicked, axis=(1, 2)))), rows
            pairs = _count(clicked)
            most = self.config.query_item_pairs
            found["query_item_pairs_not_drawn"] = ops.maximum(pairs - most, 0.0) if most else 0.0 * pairs, pairs
        return found

    def _at_most(self, count: int, sessions: _Sessions):
        """How many places to draw: none if there is no place. Of a whole batch, the first place is always there."""
        size = ops.shape(sessions.real)[0]
        if not self.config.contrasts_per_surface:
            return count
        if isinstance(size, int):
            return count if size else 0
        return ops.where(ops.greater(size, 0), count, 0)

    def alignment_loss(self, tokens: HistoryTokens, transitions: Transitions):
        """The sum of the alignments of both histories, over at most `history_alignment_rows` rows."""
        return self._alignment_loss(self._views(tokens, transitions))

    def _views(self, tokens: HistoryTokens, transitions: Transitions) -> _Views:
        recommendation: tuple[Any, ...] = ()
        search: tuple[Any, ...] = ()
        if self.recommendation_alignment is not None:
            recommendation = (transitions.search_to_recommendation, transitions.recommendation_to_recommendation)
        if self.search_alignment is not None:
            search = (transitions.recommendation_to_search, transitions.search_to_search)
        return _Views(
            tuple(padded(each, tokens.recommendation_mask) for each in recommendation),
            tuple(padded(each, tokens.search_mask) for each in search),
            bool_mask(tokens.recommendation_mask),
            bool_mask(tokens.search_mask),
        )

    def _alignment_loss(self, views: _Views):
        rows = ops.logical_and(ops.any(views.recommendation_mask, axis=-1), ops.any(views.search_mask, axis=-1))
        pick = _evenly(ops.shape(rows)[0], self.config.history_alignment_rows)
        total = 0.0
        for alignment, pair, mask in (
            (self.recommendation_alignment, views.recommendation, views.recommendation_mask),
            (self.search_alignment, views.search, views.search_mask),
        ):
            if alignment is not None:
                total += alignment(*map(pick, pair), pick(mask), pick(rows))
        return total

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "config": self.config.to_dict()}


def _count(mask):
    return ops.sum(ops.cast(mask, "float32"))


def _of_surface(name: str, surface: Surface) -> str:
    return f"{name}_{surface.value}"


def _sessions(tokens: HistoryTokens) -> _Sessions:
    """All search sessions of a batch, padded or packed."""
    real = tokens.search_mask.real if isinstance(tokens.search_mask, LAYOUTS) else tokens.search_mask
    session_size, dim = tokens.clicked.shape[-2:]
    return _Sessions(
        words=ops.reshape(tokens.words, (-1, tokens.words.shape[-1])),
        queries=ops.reshape(tokens.queries, (-1, dim)),
        items=ops.reshape(tokens.items, (-1, session_size)),
        clicked=ops.reshape(tokens.clicked, (-1, session_size, dim)),
        clicked_mask=ops.reshape(tokens.clicked_mask, (-1, session_size)),
        real=ops.reshape(real, (-1,)),
    )


def _sessions_before(tokens: HistoryTokens, row):
    """How many of all sessions of a batch belong to the rows before this one."""
    mask = tokens.search_mask
    return mask.tokens_before(row) if isinstance(mask, LAYOUTS) else row * ops.shape(mask)[1]


def _cut(place) -> tuple[slice, slice]:
    """What lies before a place, and the rest."""
    return slice(None, place), slice(place, None)


def _part(values, part: slice):
    """The same slice of all tensors of a structure; None stays None."""
    return keras.tree.map_structure(lambda each: None if each is None else each[part], values)


def _evenly(size, most: int):
    """A function that picks `most` of `size` rows, evenly spaced; it picks all rows if there are not more."""
    if not most or (isinstance(size, int) and size <= most):
        return lambda rows: rows
    count = min(size, most) if isinstance(size, int) else ops.minimum(size, most)
    places = ops.floor_divide(ops.arange(count, dtype="int32") * size, ops.maximum(count, 1))
    return lambda rows: ops.take(rows, places, axis=0)


def _text_keys(words):
    """A hash of each text, equal for equal texts and almost never otherwise: int [..., words] to int32 [...]."""
    key = ops.zeros_like(words[..., 0])
    for place in range(words.shape[-1]):
        key = ops.add(ops.multiply(key, 1_000_003), words[..., place])
    return key
