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
SIZES_OF_IDS = registry.VocabularySizes(users=5, items=7, words=6)
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


@pytest.mark.parametrize("name", registry.names())
def test_two_items_that_differ_in_a_number_or_a_vector_alone_have_scores_of_their_own(name):
    """Items 1, 2 and 3 are one item but for that; of 3, neither is known, as of the others in a model without them."""
    settings = {"dim": 8} | ({"item_attributes": True} if name == "unifiedssr" else {})
    nothing = np.zeros((7, 0), np.float32)

    def scores(numbers=nothing, vectors=nothing):
        catalogue = dataclasses.replace(Catalogue.of_ids(7), numbers=numbers, vectors=vectors)
        model = registry.build(name, registry.config_class(name)(**settings), SIZES_OF_IDS, catalogue)
        encoder = model.embedding.items if name == "unisar" else model.embedding.item_encoder
        encoder.id_embedding.assign(np.repeat(np.asarray(encoder.id_embedding)[1:2], 7, axis=0))
        batch = unisar_batches.rows(model.vocabulary, Surface.SEARCH)
        batch[features.CANDIDATE_ITEMS] = np.tile(np.array([1, 2, 3], "int32"), (6, 1))
        items = model.item_embeddings()
        # A request that serving answers, with the items embedded beforehand, has the very scores of training.
        np.testing.assert_allclose(model.score(batch, items), model(batch), rtol=1e-4, atol=1e-5)
        return np.asarray(model(batch))[0]

    numbers, vectors = np.zeros((7, 2), np.float32), np.zeros((7, 4), np.float32)
    numbers[1:3], vectors[1:3] = [[1.5, 1], [-0.5, 1]], [[1, 0, 0, 0], [0, 0.6, 0.8, 0]]
    for known in ({"numbers": numbers}, {"vectors": vectors}):
        assert len(np.unique(np.round(scores(**known), 5))) == 3
    assert len(np.unique(np.round(scores(), 5))) == 1


@pytest.mark.parametrize("name", registry.names())
def test_numbers_of_users_move_their_scores_alone(name):
    numbers = np.array([[0, 0], [1, 1], [-1, 1], [0, 0], [0, 0]], np.float32)
    model = registry.build(name, registry.config_class(name)(dim=8), SIZES, CATALOGUE, user_numbers=numbers)
    assert [each.name for each in model.vocabulary.user_attributes] == [features.USER_NUMBER_VALUES]
    batch = unisar_batches.rows(model.vocabulary, Surface.SEARCH)
    batch[features.USER] = np.array([1, 1, 2, 2, 4, 4], "int32")
    before = np.asarray(model(batch))
    numbers[1] = [2, 1]
    model.set_user_attributes({features.USER_NUMBER_VALUES: numbers})
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
