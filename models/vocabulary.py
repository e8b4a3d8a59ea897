"""The numbers of users, items, words and attribute values that a model needs to create its tables.

Importing this needs no Keras, so that configurations can be read and checked without it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from schemas import features


@dataclass(frozen=True)
class Attribute:
    """An attribute of every item or every user, such as a category of one level, a title, a price or a picture's
    vector.

    Attributes:
        name: The name of its tables and of the array that fills them.
        size: Number of values, with padding (0) and the out-of-vocabulary index. A text does not use it.
        dim: Width of the value's embedding. A text does not use it: the query encoder gives it the model's `dim`.
        words: Number of word indices in each row of a text; 0 if the attribute is no text.
        numbers: How many numbers each row has that are taken as they are; 0 if the attribute is something else.
        vector: Width of each row's content vector, which a trained layer projects; 0 if the attribute is something
            else.
    """

    name: str
    size: int = 0
    dim: int = 32
    words: int = 0
    numbers: int = 0
    vector: int = 0

    def __post_init__(self) -> None:
        """Checks the sizes."""
        if self.row_width == 0 and self.size < 1:
            raise ValueError(
                f"A categorical attribute needs `size` >= 1. Received: name={self.name!r}, size={self.size}"
            )

    @property
    def is_text(self) -> bool:
        """Whether the attribute is a text of `words` words rather than one categorical value."""
        return self.words > 0

    @property
    def is_real(self) -> bool:
        """Whether its values are real numbers rather than indices."""
        return self.numbers + self.vector > 0

    @property
    def row_width(self) -> int:
        """How many values it has of each item or user; 0 if it is one categorical value."""
        return self.words + self.numbers + self.vector


@dataclass(frozen=True)
class Vocabulary:
    """Numbers of indices. Each includes padding (0) and the out-of-vocabulary index, if there is one.

    Attributes:
        users: Number of user indices.
        items: Number of item indices.
        words: Number of word indices, shared by queries and texts.
        item_attributes: The attributes of items, in the order of the item projection's input.
        user_attributes: The attributes of users, in the order of the user projection's input.
        context: The context values of a request, in the order of the columns of the feature `context`. Value 0 stands
            for an unknown value.
    """

    users: int
    items: int
    words: int
    item_attributes: tuple[Attribute, ...] = ()
    user_attributes: tuple[Attribute, ...] = ()
    context: tuple[Attribute, ...] = ()

    @classmethod
    def of_catalogue(
        cls,
        users: int,
        items: int,
        words: int,
        title_words: int = 0,
        category_words: int = 0,
        category_sizes: Sequence[int] = (),
        attribute_sizes: Sequence[int] = (),
        user_attribute_sizes: Sequence[int] = (),
        context_sizes: Mapping[str, int] | None = None,
        category_dim: int = 32,
        item_numbers: int = 0,
        item_vector: int = 0,
        user_numbers: int = 0,
    ) -> "Vocabulary":
        """The vocabulary of a pipeline run. Items have texts, categories and attributes, if there are any.

        Args:
            users: Number of user indices.
            items: Number of item indices.
            words: Number of word indices.
            title_words: Number of words in a title; 0 leaves titles out.
            category_words: Number of words in a category path; 0 leaves category paths out.
            category_sizes: Number of indices of each category level, broad to narrow; empty leaves categories out.
            attribute_sizes: Number of indices of each further item attribute; empty leaves them out.
            user_attribute_sizes: Number of indices of each user attribute; empty leaves them out.
            context_sizes: Number of indices of each context value by its name, in the order of the feature's columns.
            category_dim: Width of the embedding of a category, an attribute or a context value.
            item_numbers: Width of the table of the items' numbers; 0 leaves them out.
            item_vector: Width of a content vector; 0 leaves them out.
            user_numbers: Width of the table of the users' numbers; 0 leaves them out.
        """
        texts = {features.ITEM_WORDS: title_words, features.ITEM_CATEGORY_WORDS: category_words}
        values = {features.category_vocabulary(level): size for level, size in enumerate(category_sizes)}
        values |= {features.attribute_vocabulary(place): size for place, size in enumerate(attribute_sizes)}
        attributes = [Attribute(name, words=count) for name, count in texts.items() if count]
        attributes += [Attribute(name, size=size, dim=category_dim) for name, size in values.items()]
        if item_numbers:
            attributes.append(Attribute(features.ITEM_NUMBERS, numbers=item_numbers))
        if item_vector:
            attributes.append(Attribute(features.ITEM_VECTOR, vector=item_vector))
        of_users = [
            Attribute(features.user_attribute_vocabulary(place), size=size, dim=category_dim)
            for place, size in enumerate(user_attribute_sizes)
        ]
        if user_numbers:
            of_users.append(Attribute(features.USER_NUMBER_VALUES, numbers=user_numbers))
        context = tuple(Attribute(name, size=size, dim=category_dim) for name, size in (context_sizes or {}).items())
        return cls(users, items, words, tuple(attributes), tuple(of_users), context)

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON can hold."""
        values = asdict(self)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Vocabulary":
        """The reverse of `to_dict`."""
        fields: dict[str, Any] = {
            key: value if isinstance(value, int) else tuple(Attribute(**attribute) for attribute in value)
            for key, value in values.items()
        }
        return cls(**fields)
