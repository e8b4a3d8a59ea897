import pytest

from models.vocabulary import Attribute, Vocabulary
from schemas import features


def test_of_catalogue_has_texts_category_levels_and_attributes():
    vocabulary = Vocabulary.of_catalogue(
        users=3,
        items=4,
        words=5,
        title_words=6,
        category_words=9,
        category_sizes=(7, 8),
        attribute_sizes=(11,),
        user_attribute_sizes=(12, 13),
        context_sizes={"hour": 25, "device": 4},
        category_dim=2,
        item_numbers=4,
        item_vector=6,
        user_numbers=2,
    )
    assert vocabulary.item_attributes == (
        Attribute(features.ITEM_WORDS, words=6),
        Attribute(features.ITEM_CATEGORY_WORDS, words=9),
        Attribute(features.category_vocabulary(0), size=7, dim=2),
        Attribute(features.category_vocabulary(1), size=8, dim=2),
        Attribute(features.attribute_vocabulary(0), size=11, dim=2),
        Attribute(features.ITEM_NUMBERS, numbers=4),
        Attribute(features.ITEM_VECTOR, vector=6),
    )
    assert vocabulary.user_attributes == (
        Attribute(features.user_attribute_vocabulary(0), size=12, dim=2),
        Attribute(features.user_attribute_vocabulary(1), size=13, dim=2),
        Attribute(features.USER_NUMBER_VALUES, numbers=2),
    )
    assert vocabulary.context == (Attribute("hour", size=25, dim=2), Attribute("device", size=4, dim=2))
    assert [each.is_text for each in vocabulary.item_attributes] == [True, True, *[False] * 5]
    assert [each.is_real for each in vocabulary.item_attributes] == [*[False] * 5, True, True]
    assert [each.row_width for each in vocabulary.item_attributes] == [6, 9, 0, 0, 0, 4, 6]
    assert Vocabulary.of_catalogue(users=3, items=4, words=5) == Vocabulary(3, 4, 5)


def test_refuses_a_category_without_values():
    with pytest.raises(ValueError, match="A categorical attribute needs `size` >= 1. Received: name='a', size=0"):
        Attribute("a")
