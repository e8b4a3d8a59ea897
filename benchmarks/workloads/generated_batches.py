"""Random batches of the sizes in the papers. The cost of a step depends on the sizes, not on the values."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.catalogue import Catalogue
from models.registry import VocabularySizes
from models.unisar.unisar_config import UniSARConfig
from schemas import features
from schemas.canonical_event import Surface

Features = dict[str, np.ndarray]


@dataclass(frozen=True)
class Size:
    """All sizes that determine the cost of a step.

    Attributes:
        name: The value of the option `--size`.
        recommendation_rows: Recommendation rows of a joint batch.
        search_rows: Search rows of a joint batch.
        vocabulary: The sizes of the vocabularies.
        candidates: Candidates of a row in training.
        items_per_session: The clicked items of a search are padded to this number.
        words_per_query: The words of a query are padded to this number.
        words_per_title: The words of an item's title are padded to this number; 0 if items have no title.
        unisar: The model's hyper-parameters, which include the lengths of the histories.
    """

    name: str
    recommendation_rows: int
    search_rows: int
    vocabulary: VocabularySizes
    candidates: int = 5
    items_per_session: int = 1
    words_per_query: int = 16
    words_per_title: int = 0
    unisar: UniSARConfig = field(default_factory=UniSARConfig)

    @property
    def rows(self) -> int:
        """Rows of a joint batch, of both surfaces together."""
        return self.recommendation_rows + self.search_rows

    def scaled(self, scale: float) -> "Size":
        """Multiplies rows and vocabularies by `scale`. Lengths and widths, and so the cost of a row, stay the same.

        Raises:
            ValueError: `scale` is not above 0.
        """
        if scale <= 0:
            raise ValueError(f"`scale` should be above 0. Received: scale={scale}")
        vocabulary = VocabularySizes(
            users=_scaled(self.vocabulary.users, scale),
            items=_scaled(self.vocabulary.items, scale),
            words=_scaled(self.vocabulary.words, scale),
            categories=tuple(_scaled(each, scale) for each in self.vocabulary.categories),
        )
        return dataclasses.replace(
            self,
            recommendation_rows=_scaled(self.recommendation_rows, scale),
            search_rows=_scaled(self.search_rows, scale),
            vocabulary=vocabulary,
        )

    def with_unisar(self, values: Mapping[str, Any]) -> "Size":
        """Replaces some fields of `unisar`."""
        known = {each.name for each in dataclasses.fields(UniSARConfig)}
        if unknown := set(values) - known:
            raise ValueError(f"UniSARConfig has no field {', '.join(sorted(unknown))}.")
        return dataclasses.replace(self, unisar=dataclasses.replace(self.unisar, **values))


AMAZON = Size(
    "amazon",
    recommendation_rows=1024,
    search_rows=1030,
    # Users, items and query words of the public Amazon Beauty log.
    vocabulary=VocabularySizes(users=22_365, items=12_103, words=273),
    unisar=UniSARConfig(
        search_weight=0.01, query_item_weight=0.1, query_item_temperature=0.1, history_alignment_weight=0.01
    ),
)
KUAISAR = Size(
    "kuaisar",
    recommendation_rows=1024,
    search_rows=88,
    vocabulary=VocabularySizes(users=22_700, items=673_416, words=394_912, categories=(38, 297)),
    items_per_session=5,
    words_per_query=50,
    words_per_title=50,
    unisar=UniSARConfig(
        recommendation_history=30,
        search_history=30,
        search_weight=0.1,
        query_item_weight=0.001,
        query_item_temperature=0.5,
        history_alignment_weight=0.1,
    ),
)
SIZES = {size.name: size for size in (AMAZON, KUAISAR)}


def catalogue(size: Size, seed: int = 0) -> Catalogue:
    """Draws the attributes of each item. The padding item has none."""
    random = np.random.default_rng(seed)
    items = size.vocabulary.items
    words = _texts(random, (items, size.words_per_title), size.vocabulary.words)
    levels = [random.integers(1, each, items, dtype=np.int32) for each in size.vocabulary.categories]
    categories = np.stack(levels, axis=-1) if levels else np.zeros((items, 0), np.int32)
    words[features.PADDING] = categories[features.PADDING] = features.PADDING
    return dataclasses.replace(Catalogue.of_ids(items), words=words, categories=categories)


def rows(size: Size, surface: Surface, count: int, candidates: int, seed: int = 0) -> Features:
    """Draws `count` rows of one surface. A history has from 1 to the most tokens of each kind that the model takes.

    Items are drawn uniformly. In a real log popular items come up more often, which can make a step faster.

    Args:
        size: The sizes of the vocabularies and the lengths of the histories.
        surface: Rows of search have a query.
        count: How many rows are drawn.
        candidates: How many candidates a row has.
        seed: The same seed draws the same rows.

    Returns:
        The `schemas.features.MODEL_INPUTS` by name, as int32.
    """
    random = np.random.default_rng((seed, surface.model_index))
    vocabulary, config = size.vocabulary, size.unisar
    recommendation, search = config.recommendation_history, config.search_history
    is_click, is_session = _first_ones(random, count, recommendation), _first_ones(random, count, search)
    clicked_at, searched_at = _interleaved(random, is_click, is_session)

    def items(*shape: int) -> np.ndarray:
        return random.integers(1, vocabulary.items, shape)

    drawn = {
        features.USER: random.integers(1, vocabulary.users, count),
        features.SURFACE_INDEX: np.full(count, surface.model_index),
        features.QUERY_WORDS: _texts(random, (count, size.words_per_query), vocabulary.words) * surface.model_index,
        features.CANDIDATE_ITEMS: items(count, candidates),
        features.RECOMMENDATION_ITEMS: items(count, recommendation) * is_click,
        features.RECOMMENDATION_POSITIONS: clicked_at,
        features.SEARCH_WORDS: _texts(random, (count, search, size.words_per_query), vocabulary.words)
        * is_session[..., None],
        features.SEARCH_ITEMS: items(count, search, size.items_per_session) * is_session[..., None],
        features.SEARCH_POSITIONS: searched_at,
        features.SEARCH_KINDS: is_session,
    }
    return {name: value.astype(np.int32) for name, value in drawn.items()}


def joint(size: Size, seed: int = 0) -> tuple[dict[str, Features], dict[str, np.ndarray]]:
    """Draws a joint batch and its labels. The user engaged with the first candidate.

    Returns:
        Inputs and labels by surface, as `tfx_pipeline.training.inputs.joint_batches` yields them.
    """
    counts = {Surface.RECOMMENDATION: size.recommendation_rows, Surface.SEARCH: size.search_rows}
    inputs, labels = {}, {}
    for surface, count in counts.items():
        inputs[surface.value] = rows(size, surface, count, size.candidates, seed)
        labels[surface.value] = np.zeros((count, size.candidates), np.float32)
        labels[surface.value][:, 0] = 1
    return inputs, labels


def _scaled(number: int, scale: float) -> int:
    # Every vocabulary has at least padding, one known value and the unknown value.
    return max(3, round(number * scale))


def _first_ones(random: np.random.Generator, count: int, length: int) -> np.ndarray:
    """Int [count, length]: 1 at the first 1 to `length` places of each row, else 0."""
    lengths = random.integers(1, length + 1, (count, 1))
    return (np.arange(length) < lengths).astype(np.int32)


def _texts(random: np.random.Generator, shape: tuple[int, ...], words: int) -> np.ndarray:
    """Draws word indices [..., words of a text]. A text has at least one word; padding follows its words."""
    drawn = random.integers(1, words, shape, dtype=np.int32)
    if not drawn.size:
        return drawn
    return drawn * _first_ones(random, drawn.size // shape[-1], shape[-1]).reshape(shape)


def _interleaved(random: np.random.Generator, *real: np.ndarray) -> list[np.ndarray]:
    """Merges the tokens of each kind in random order.

    Returns:
        For each mask, the places of its tokens in the merged history: int [count, length], 0 at padding.
    """
    everything = np.concatenate(real, axis=1)
    order = np.where(everything, random.random(everything.shape), np.inf)  # Padding comes behind all that is real.
    places = order.argsort(axis=1).argsort(axis=1)
    kinds = np.split(places, np.cumsum([mask.shape[1] for mask in real])[:-1], axis=1)
    return [np.sort(kind, axis=1) * mask for kind, mask in zip(kinds, real, strict=True)]
