import json

import pytest

from models.vocabulary import Attribute, Vocabulary
from schemas import features


def test_of_catalogue_has_a_title_and_category_levels():
    vocabulary = Vocabulary.of_catalogue(
        users=3, items=4, words=5, title_words=6, category_sizes=(7, 8), category_dim=2
    )
    assert vocabulary.item_attributes == (
        Attribute(features.ITEM_WORDS, words=6),
        Attribute(features.category_vocabulary(0), size=7, dim=2),
        Attribute(features.category_vocabulary(1), size=8, dim=2),
    )
    assert [each.is_text for each in vocabulary.item_attributes] == [True, False, False]
    assert Vocabulary.of_catalogue(users=3, items=4, words=5) == Vocabulary(3, 4, 5)


def test_survives_json():
    vocabulary = Vocabulary(3, 4, 5, (Attribute("a", words=2),), (Attribute("b", size=6, dim=1),))
    assert Vocabulary.from_dict(json.loads(json.dumps(vocabulary.to_dict()))) == vocabulary


def test_refuses_a_category_without_values():
    with pytest.raises(ValueError, match="A categorical attribute needs `size` >= 1. Received: name='a', size=0"):
        Attribute("a")
