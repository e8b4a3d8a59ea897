"""The models by name, each with its configuration class and builder. Importing this needs neither Keras nor NumPy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unisar.unisar_config import UniSARConfig
from models.vocabulary import Vocabulary
from schemas import features

if TYPE_CHECKING:
    import keras
    import numpy as np

    from models.catalogue import Catalogue


@dataclass(frozen=True)
class VocabularySizes:
    """The numbers of indices in a pipeline run, padding and out-of-vocabulary included.

    Attributes:
        users: Number of user indices.
        items: Number of item indices.
        words: Number of word indices of queries and titles.
        categories: Number of category indices of each level, broad to narrow; empty if items have no categories.
        attributes: Number of indices of each further item attribute; empty if there are none.
        user_attributes: Number of indices of each user attribute; empty if there are none.
        context: Number of indices of each context value of a request, by its name.
    """

    users: int
    items: int
    words: int
    categories: Sequence[int] = ()
    attributes: Sequence[int] = ()
    user_attributes: Sequence[int] = ()
    context: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Entry:
    config_class: type
    build: Callable[..., "keras.Model"]


def _build_unisar(config: UniSARConfig, vocabulary: Vocabulary, dtype: str | None) -> "keras.Model":
    from models.unisar.unisar_model import UniSAR

    model = UniSAR(config, vocabulary, dtype=dtype)
    model.build()
    return model


def _build_unifiedssr(config: UnifiedSSRConfig, vocabulary: Vocabulary, dtype: str | None) -> "keras.Model":
    from models.unifiedssr.unifiedssr_model import UnifiedSSR

    model = UnifiedSSR(config, vocabulary, dtype=dtype)
    model.build()
    return model


UNIFIEDSSR = "unifiedssr"
_MODELS = {
    UNIFIEDSSR: _Entry(UnifiedSSRConfig, _build_unifiedssr),
    "unisar": _Entry(UniSARConfig, _build_unisar),
}
RETRIEVING = (UNIFIEDSSR,)
"""The models that retrieve from the whole catalogue. The others only rank given candidates."""
DRAWING_NEGATIVES = (UNIFIEDSSR,)
"""The models that draw the negatives of their training. The others learn from those of the examples."""


def names() -> tuple[str, ...]:
    """The names of all models."""
    return tuple(sorted(_MODELS))


def config_class(name: str) -> type:
    """The configuration dataclass of the model called `name`."""
    return _entry(name).config_class


def build(
    name: str,
    config: Any,
    sizes: VocabularySizes,
    catalogue: "Catalogue",
    user_attributes: "np.ndarray | None" = None,
    user_numbers: "np.ndarray | None" = None,
    dtype: str | None = None,
) -> "keras.Model":
    """Builds a model with all its weights, and sets the attributes of items and users.

    Args:
        name: One of `names()`.
        config: An instance of `config_class(name)`.
        sizes: The sizes of the vocabularies.
        catalogue: The attributes and engagements of each item.
        user_attributes: Int [users, attributes], one index for each attribute of a user. Needed if `sizes` has user
            attributes.
        user_numbers: Float [users, 2 * numbers], each number of a user and whether it is known; None if there are none.
        dtype: A Keras dtype policy, such as `mixed_bfloat16`.

    Raises:
        ValueError: The name is unknown.
    """
    vocabulary = Vocabulary.of_catalogue(
        users=sizes.users,
        items=sizes.items,
        words=sizes.words,
        title_words=catalogue.words.shape[1],
        category_words=catalogue.category_words.shape[1],
        category_sizes=sizes.categories,
        attribute_sizes=sizes.attributes,
        user_attribute_sizes=sizes.user_attributes,
        context_sizes=sizes.context,
        item_numbers=catalogue.numbers.shape[1],
        item_vector=catalogue.vectors.shape[1],
        user_numbers=0 if user_numbers is None else user_numbers.shape[1],
    )
    model = _entry(name).build(config, vocabulary, dtype)
    model.set_item_attributes(_by_name(catalogue))
    of_users: dict[str, np.ndarray] = {}
    if user_attributes is not None:
        names = map(features.user_attribute_vocabulary, range(user_attributes.shape[1]))
        of_users |= zip(names, user_attributes.T, strict=True)
    if user_numbers is not None:
        of_users[features.USER_NUMBER_VALUES] = user_numbers
    if of_users:
        model.set_user_attributes(of_users)
    model.set_item_counts(catalogue.engagements)
    return model


def _by_name(catalogue: "Catalogue") -> "dict[str, np.ndarray]":
    """The tables of a catalogue by the names that `Vocabulary.of_catalogue` gives their attributes."""
    whole = {
        features.ITEM_WORDS: catalogue.words,
        features.ITEM_CATEGORY_WORDS: catalogue.category_words,
        features.ITEM_NUMBERS: catalogue.numbers,
        features.ITEM_VECTOR: catalogue.vectors,
    }
    tables = {name: table for name, table in whole.items() if table.shape[1]}
    for vocabulary_name, columns in (
        (features.category_vocabulary, catalogue.categories),
        (features.attribute_vocabulary, catalogue.attributes),
    ):
        tables |= {vocabulary_name(place): columns[:, place] for place in range(columns.shape[1])}
    return tables


def _entry(name: str) -> _Entry:
    if name not in _MODELS:
        raise ValueError(f"`name` should be one of {', '.join(names())}. Received: name={name!r}")
    return _MODELS[name]
