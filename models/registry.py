"""The models by name: each has a configuration and a builder. Importing this needs no Keras."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from models.unisar.config import UniSARConfig
from models.vocabulary import Vocabulary
from schemas import features

if TYPE_CHECKING:
    import keras
    import numpy as np


@dataclass(frozen=True)
class VocabularySizes:
    """Numbers of indices of a pipeline run, padding and out-of-vocabulary included.

    Attributes:
        users: User indices.
        items: Item indices.
        words: Word indices of queries and titles.
        categories: Category indices of each level, broad to narrow; empty where items have none.
    """

    users: int
    items: int
    words: int
    categories: Sequence[int] = ()


class Catalogue(Protocol):
    """What is known of each item, by item index: int arrays [items, title words] and [items, category levels]."""

    @property
    def words(self) -> "np.ndarray":
        """Word indices of each title; no columns where items have no titles."""

    @property
    def categories(self) -> "np.ndarray":
        """Category indices of each level; no columns where items have none."""


@dataclass(frozen=True)
class _Entry:
    config_class: type
    build: Callable[..., "keras.Model"]


def _build_unisar(config: UniSARConfig, vocabulary: Vocabulary, dtype: str | None) -> "keras.Model":
    from models.unisar.model import UniSAR

    model = UniSAR(config, vocabulary, dtype=dtype)
    model.build()
    return model


_MODELS = {"unisar": _Entry(UniSARConfig, _build_unisar)}


def names() -> tuple[str, ...]:
    """The names of all models."""
    return tuple(sorted(_MODELS))


def config_class(name: str) -> type:
    """The configuration dataclass of the model called `name`."""
    return _entry(name).config_class


def build(
    name: str, config: Any, sizes: VocabularySizes, catalogue: Catalogue, dtype: str | None = None
) -> "keras.Model":
    """Builds a model with all its weights, and fills in what is known of the items.

    Args:
        name: One of `names()`.
        config: An instance of `config_class(name)`.
        sizes: Of the vocabularies.
        catalogue: Titles and categories by item index.
        dtype: A Keras dtype policy, such as `mixed_bfloat16`.

    Raises:
        ValueError: The name is unknown.
    """
    words, categories = catalogue.words, catalogue.categories
    vocabulary = Vocabulary.of_catalogue(
        users=sizes.users,
        items=sizes.items,
        words=sizes.words,
        title_words=words.shape[1],
        category_sizes=sizes.categories,
    )
    model = _entry(name).build(config, vocabulary, dtype)
    known = {features.ITEM_WORDS: words} if words.shape[1] else {}
    known |= {features.category_vocabulary(level): categories[:, level] for level in range(categories.shape[1])}
    model.set_item_attributes(known)
    return model


def _entry(name: str) -> _Entry:
    if name not in _MODELS:
        raise ValueError(f"`name` should be one of {', '.join(names())}. Received: name={name!r}")
    return _MODELS[name]
