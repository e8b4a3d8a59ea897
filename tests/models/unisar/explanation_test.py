"""What UniSAR tells of its target attention."""

import numpy as np
import pytest

from models.layers.fast.packing import Flattening
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_model import UniSAR
from schemas import features
from schemas.canonical_event import Surface
from tests.support import unisar_batches

VOCABULARY = unisar_batches.vocabulary(attributes=False)
SIZES = {
    "dim": 8,
    "user_dim": 3,
    "item_dim": 4,
    "word_dim": 5,
    "recommendation_history": 7,
    "search_history": 6,
    "expert_units": 5,
    "shared_experts": 2,
    "task_experts": 1,
    "tower_units": (6,),
    "prediction_units": (4,),
}


def make(**fields):
    model = UniSAR(UniSARConfig(**SIZES | fields), VOCABULARY)
    model.build()
    return model


@pytest.fixture(scope="module")
def model():
    return make(matching=True)


@pytest.fixture(scope="module")
def rows():
    batch = unisar_batches.rows(VOCABULARY, Surface.SEARCH)
    batch[features.SURFACE_INDEX][::2] = 0
    batch[features.SEARCH_KINDS][1] = 0
    return batch


def test_scores_are_those_that_rank(model, rows):
    np.testing.assert_allclose(model.explain(rows)[0], model.score(rows), rtol=1e-5, atol=1e-6)
    table = model.item_embeddings()
    np.testing.assert_allclose(model.explain(rows, table)[0], model.score(rows, table), rtol=1e-5, atol=1e-6)


def test_each_history_has_weights_that_add_up_to_one(model, rows):
    _, weights = model.explain(rows)
    real = {"recommendation": rows[features.RECOMMENDATION_ITEMS] > 0, "search": rows[features.SEARCH_KINDS] > 0}
    assert set(weights) == set(real)
    for kind, of_kind in weights.items():
        assert of_kind.shape == (6, 5, real[kind].shape[1])
        assert not np.any(np.asarray(of_kind)[~np.repeat(real[kind][:, None], 5, axis=1)])
        expected = np.repeat(real[kind].any(axis=1)[:, None], 5, axis=1)
        np.testing.assert_allclose(np.sum(of_kind, axis=2), expected, rtol=1e-5)
    assert not np.any(weights["search"][1])


def test_they_are_what_the_score_pools_by(model, rows):
    """The vectors that the experts see of a history are its tokens, weighed so."""
    _, weights = model.explain(rows)
    tokens = model.embedding({name: rows[name] for name in model.embedding.HISTORY_FEATURES}, layout=Flattening)
    histories = model.fuse(tokens, model.extraction(tokens))
    candidates = model.embedding.items(rows[features.CANDIDATE_ITEMS])
    for kind, (sequence, mask) in histories.items():
        pooled = model.interests[kind](sequence, candidates, mask)
        np.testing.assert_allclose(np.matmul(weights[kind], sequence), pooled, rtol=1e-4, atol=1e-5)


def test_only_histories_that_it_reads(rows):
    feed_alone = make(search_to_search=False, recommendation_to_search=False)
    assert set(feed_alone.explain(rows)[1]) == {"recommendation"}
