"""What UnifiedSSR alone has: requests as vectors, branches and sessions.

`tests/models/scoring_laws_test.py` has what both models keep.
"""

import numpy as np
import pytest

from schemas import features
from schemas.canonical_event import Surface
from tests.support.small_models import VOCABULARY, assert_same, rows, unifiedssr


@pytest.fixture(scope="module")
def model():
    return unifiedssr()


@pytest.mark.parametrize("surface", list(Surface))
def test_the_score_is_the_product_of_request_and_item(model, surface):
    batch = rows(surface)
    items = np.asarray(model.item_embeddings())[batch[features.CANDIDATE_ITEMS]]
    requests = model.encode_requests(batch)
    assert_same(model(batch), np.einsum("bd,bcd->bc", requests, items))
    # A surface that is known beforehand need not be told.
    batch.pop(features.SURFACE_INDEX)
    assert_same(model.encode_requests(batch, surface=surface), requests)


def test_recommendation_reads_no_queries_and_not_the_other_history(model):
    batch = rows(Surface.RECOMMENDATION)
    changed = batch | {
        features.SEARCH_WORDS: (batch[features.SEARCH_WORDS] + 3) % VOCABULARY.words,
        features.SEARCH_ITEMS: (batch[features.SEARCH_ITEMS] + 3) % VOCABULARY.items,
    }
    np.testing.assert_array_equal(model(changed), model(batch))
    # Queries cost nothing: there is one branch.
    sequences = model.sequences(batch, Surface.RECOMMENDATION)
    assert sequences.queries is None
    assert len(model.encoder.encode(model.embedding, sequences)) == 1


@pytest.mark.parametrize(
    ("switch", "feature", "count"),
    [("query_branch", features.QUERY_WORDS, VOCABULARY.words), ("user_embedding", features.USER, VOCABULARY.users)],
)
def test_the_query_and_the_user_matter_unless_switched_off(switch, feature, count):
    batch = rows()
    changed = batch | {feature: (batch[feature] + 3) % count}
    for is_on in (True, False):
        made = unifiedssr(**{switch: is_on})
        assert (np.abs(made(batch) - made(changed)).max() > 1e-4) == is_on
    # What is off has no weights.
    table = {"query_branch": "word", "user_embedding": "user"}[switch]
    assert not [weight.path for weight in made.weights if table in weight.path]


def test_the_share_of_the_product_branch_stays_within_its_bounds():
    fresh = unifiedssr()
    assert_same(fresh.product_share, 0.5)
    for share, nearest in ((0.1 + 1e-5, 0.1 + 1e-5), (0.37, 0.37), (0.9 - 1e-5, 0.9 - 1e-5), (0.0, 0.1), (1.2, 0.9)):
        fresh.product_logit.assign(fresh.logit_of_share(share))
        assert_same(fresh.product_share, nearest)


def test_the_request_mixes_the_branches_by_their_share():
    fresh = unifiedssr()
    batch = rows()
    sequences = fresh.sequences(batch, Surface.SEARCH)
    products, queries = (np.asarray(each) for each in fresh.encoder.encode(fresh.embedding, sequences))
    fresh.product_logit.assign(fresh.logit_of_share(0.3))
    place = np.arange(len(products)), np.asarray(sequences.lengths)
    assert_same(fresh.encode_requests(batch), 0.3 * products[place] + 0.7 * queries[place])


def test_sessions_of_both_branches_in_search(model):
    batch = rows()
    lengths = batch[features.SEARCH_KINDS].sum(axis=1)
    products, queries = model.sessions(batch, Surface.SEARCH)
    for divided in (products, queries):
        assert divided.windows.shape == (6, 2, 2)
        # Nothing has been learned yet, so the windows tile the history.
        starts, ends = np.moveaxis(np.asarray(divided.windows), -1, 0)
        assert_same(ends - starts, np.stack([lengths / 2] * 2, axis=1))
    assert len(model.sessions(rows(Surface.RECOMMENDATION), Surface.RECOMMENDATION)) == 1
    assert model.divides_sessions


def test_without_sessions_there_are_none():
    made = unifiedssr(sessions=0)
    assert not made.divides_sessions
    with pytest.raises(ValueError, match="built without session modelling: its configuration has sessions=0"):
        made.sessions(rows(), Surface.SEARCH)
    assert not [weight.path for weight in made.weights if "session" in weight.path]
