import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from models import registry
from models.catalogue import Catalogue
from models.unisar.unisar_config import UniSARConfig
from schemas import features
from schemas.canonical_event import Surface
from tests.support import unisar_batches

SIZES = registry.VocabularySizes(users=5, items=7, words=6, categories=(4, 3), attributes=(9,), context={"hour": 25})
RANDOM = np.random.default_rng(0)
CATALOGUE = Catalogue(
    words=RANDOM.integers(0, 6, (7, 3)),
    category_words=RANDOM.integers(0, 6, (7, 2)),
    categories=RANDOM.integers(0, 3, (7, 2)),
    attributes=RANDOM.integers(0, 9, (7, 1)),
    engagements=np.arange(7),
)


def test_builds_a_model_that_knows_its_catalogue():
    model = registry.build("unisar", UniSARConfig(dim=8), SIZES, CATALOGUE)
    values = model.embedding.items.attribute_values
    np.testing.assert_array_equal(values[features.ITEM_WORDS], CATALOGUE.words)
    np.testing.assert_array_equal(values[features.ITEM_CATEGORY_WORDS], CATALOGUE.category_words)
    np.testing.assert_array_equal(values[features.category_vocabulary(1)], CATALOGUE.categories[:, 1])
    np.testing.assert_array_equal(values[features.attribute_vocabulary(0)], CATALOGUE.attributes[:, 0])
    assert [each.name for each in model.vocabulary.context] == ["hour"]
    assert model(unisar_batches.rows(model.vocabulary, Surface.SEARCH)).shape == (6, 5)


@pytest.mark.parametrize("name", registry.names())
def test_what_is_known_of_users_moves_their_scores(name):
    sizes = dataclasses.replace(SIZES, user_attributes=(4, 3))
    table = np.array([[0, 0], [1, 2], [2, 1], [3, 0], [0, 0]])
    model = registry.build(name, registry.config_class(name)(dim=8), sizes, CATALOGUE, table)
    assert [each.name for each in model.vocabulary.user_attributes] == ["user_attributes_0", "user_attributes_1"]
    batch = unisar_batches.rows(model.vocabulary, Surface.SEARCH)
    batch[features.USER] = np.array([1, 1, 2, 2, 4, 4], "int32")
    before = np.asarray(model(batch))
    table[1] = [3, 1]
    model.set_user_attributes({f"user_attributes_{place}": table[:, place] for place in range(2)})
    moved = np.abs(np.asarray(model(batch)) - before).max(axis=-1) > 0
    assert moved.tolist() == [True, True, False, False, False, False]


def test_items_and_users_may_have_ids_only():
    sizes = registry.VocabularySizes(users=5, items=7, words=6)
    for name in registry.names():
        config = registry.config_class(name)(dim=8)
        model = registry.build(name, config, sizes, Catalogue.of_ids(7), dtype="mixed_bfloat16")
        assert model.vocabulary.item_attributes == model.vocabulary.user_attributes == ()
        assert not any("user_encoder" in weight.path for weight in model.weights)
        assert model.dtype_policy.name == "mixed_bfloat16"


def test_refuses_a_name_that_nobody_bears():
    with pytest.raises(ValueError, match="`name` should be one of .*unisar.*Received: name='nobody'"):
        registry.config_class("nobody")


def test_importing_it_needs_no_keras():
    code = "import sys, models.registry; sys.exit('keras' in sys.modules or 'tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
