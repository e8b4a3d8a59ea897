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
    """

    users: int
    items: int
    words: int
    item_attributes: tuple[Attribute, ...] = ()
    user_attributes: tuple[Attribute, ...] = ()

    @classmethod
    def of_catalogue(
        cls,
        users: int,
        items: int,
        words: int,
        title_words: int = 0,
        category_sizes: Sequence[int] = (),
        category_dim: int = 32,
    ) -> "Vocabulary":
        """The vocabulary of a pipeline run: items have a title and categories, each where there is any.

        Args:
            users: User indices.
            items: Item indices.
            words: Word indices.
            title_words: Word indices a title row has; 0 leaves titles out.
            category_sizes: Indices of each category level, broad to narrow; empty leaves categories out.
            category_dim: Width of a category's embedding.
        """
        title = (Attribute(features.ITEM_WORDS, words=title_words),) if title_words else ()
        categories = tuple(
            Attribute(features.category_vocabulary(level), size=size, dim=category_dim)
            for level, size in enumerate(category_sizes)
        )
        return cls(users=users, items=items, words=words, item_attributes=title + categories)

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON can hold."""
        values = asdict(self)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Vocabulary":
        """The reverse of `to_dict`."""
        values = dict(values)
        for key in ("item_attributes", "user_attributes"):
            values[key] = tuple(Attribute(**attribute) for attribute in values.get(key, ()))
        return cls(**values)
