"""What a model must know about the data before it can make its tables: numbers of users, items, words and values.

Needs no Keras, so that configurations can be read and checked without it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from schemas import features


@dataclass(frozen=True)
class Attribute:
    """Something known about every item or every user: a category of one level, a title, an activity level.

    Attributes:
        name: Names its tables and the array that fills it.
        size: How many values there are, counting padding (0) and the out-of-vocabulary index. Unused by a text.
        dim: Width of the value's embedding. Unused by a text, which the query encoder turns into `dim` of the model.
        words: For a text, how many word indices each row has; 0 says that the attribute is one categorical value.
    """

    name: str
    size: int = 0
    dim: int = 32
    words: int = 0

    def __post_init__(self) -> None:
        """Checks the sizes."""
        if self.words == 0 and self.size < 1:
            raise ValueError(
                f"A categorical attribute needs `size` >= 1. Received: name={self.name!r}, size={self.size}"
            )

    @property
    def is_text(self) -> bool:
        """Whether the attribute is a text of `words` words rather than one categorical value."""
        return self.words > 0


@dataclass(frozen=True)
class Vocabulary:
    """Numbers of indices, each counting padding (0) and the out-of-vocabulary index where there is one.

    Attributes:
        users: User indices.
        items: Item indices.
        words: Word indices, shared by queries and texts.
        item_attributes: What is known about items beside their ids, in the order of the item projection's input.
        user_attributes: The same for users.
        context: What is told of the moment of a request, in the order of the columns of the feature `context`. Value 0
            is what is unknown.
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
    ) -> "Vocabulary":
        """The vocabulary of a pipeline run: items have texts, categories and attributes, each where there is any.

        Args:
            users: User indices.
            items: Item indices.
            words: Word indices.
            title_words: Word indices that a title has; 0 leaves titles out.
            category_words: Word indices that a category path has; 0 leaves them out.
            category_sizes: Indices of each category level, broad to narrow; empty leaves categories out.
            attribute_sizes: Indices of each further attribute; empty leaves them out.
            user_attribute_sizes: Indices of each attribute of the users; empty leaves them out.
            context_sizes: Indices of each context value by its name, in the order of the feature's columns.
            category_dim: Width of the embedding of a category, an attribute or a context value.
        """
        texts = {features.ITEM_WORDS: title_words, features.ITEM_CATEGORY_WORDS: category_words}
        values = {features.category_vocabulary(level): size for level, size in enumerate(category_sizes)}
        values |= {features.attribute_vocabulary(place): size for place, size in enumerate(attribute_sizes)}
        attributes = [Attribute(name, words=count) for name, count in texts.items() if count]
        attributes += [Attribute(name, size=size, dim=category_dim) for name, size in values.items()]
        of_users = (
            Attribute(features.user_attribute_vocabulary(place), size=size, dim=category_dim)
            for place, size in enumerate(user_attribute_sizes)
        )
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
