import dataclasses

import keras
import numpy as np
import pytest

from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_model import UnifiedSSR
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_model import UniSAR
from tests.support import unisar_batches
from tests.support.small_models import UNISAR_ADDITIONS, UNISAR_SIZES
from tfx_pipeline.indexing import grown_weights

KNOWN = unisar_batches.vocabulary()
LAST = KNOWN.items - 1
MODELS = {
    "unisar": lambda of: UniSAR(UniSARConfig(**UNISAR_SIZES, **UNISAR_ADDITIONS), of),
    "id_dropout": lambda of: UniSAR(UniSARConfig(**UNISAR_SIZES, **UNISAR_ADDITIONS, id_dropout=0.2), of),
    "unifiedssr": lambda of: UnifiedSSR(UnifiedSSRConfig(dim=8, item_attributes=True), of),
    "ids alone": lambda of: UnifiedSSR(UnifiedSSRConfig(dim=8), of),
}


def built(name, further=0, seed=3):
    """A model with random weights that knows further items, and those as the last of what is known by content."""
    vocabulary = dataclasses.replace(KNOWN, items=KNOWN.items + further)
    keras.utils.set_random_seed(seed)
    model = MODELS[name](vocabulary)
    model.build()
    for weight in model.trainable_weights:
        weight.assign(keras.random.normal(weight.shape, stddev=0.5))
    known = unisar_batches.item_attributes(KNOWN)
    model.set_item_attributes(
        {
            key: np.concatenate([table[:LAST], np.repeat(table[1:2], further, 0), table[LAST:]])
            for key, table in known.items()
        }
    )
    return model


def item_vectors(model):
    vectors = model.item_embeddings()
    return keras.ops.convert_to_numpy(getattr(vectors, "vectors", vectors))


@pytest.mark.parametrize("name", MODELS)
def test_known_items_are_what_they_were_and_new_ones_what_their_content_says(name):
    trained, grown = built(name), built(name, further=2, seed=4)
    grown_weights.take_over(trained, grown)
    old, new = item_vectors(trained), item_vectors(grown)
    np.testing.assert_allclose(new[:LAST], old[:LAST], atol=1e-6)
    np.testing.assert_allclose(new[-1], old[-1], atol=1e-6)
    # Both new items have the content of the first known one, and the id of the unknown: as if the unknown had it, too.
    tables = unisar_batches.item_attributes(KNOWN)
    trained.set_item_attributes({key: np.concatenate([table[:LAST], table[1:2]]) for key, table in tables.items()})
    np.testing.assert_allclose(new[LAST : LAST + 2], np.stack([item_vectors(trained)[-1]] * 2), atol=1e-6)
    assert np.abs(new[LAST] - new[-1]).max() > 1e-3 or name == "ids alone"
    assert np.abs(new[LAST] - new[1]).max() > 1e-3


@pytest.mark.parametrize(("name", "knows"), [("unisar", True), ("unifiedssr", True), ("ids alone", False)])
def test_it_tells_whether_a_model_knows_more_than_ids(name, knows):
    assert grown_weights.knows_contents(built(name)) == knows


def test_another_model_is_refused():
    with pytest.raises(ValueError, match=r"has the shape \(.*\) in the trained model, \(.*\) in the other"):
        grown_weights.take_over(built("unisar", further=1), built("unisar"))
