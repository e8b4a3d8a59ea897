"""What UnifiedSSR alone has: requests as vectors, branches and sessions.

`tests/models/scoring_laws_test.py` has what both models keep.
"""

import numpy as np
import pytest
from keras import ops

from models.candidate_scores import PADDING_LOGIT
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


@pytest.mark.parametrize("surface", list(Surface))
def test_the_softmax_scores_are_likelihoods_among_all_items(surface):
    made = unifiedssr(loss="softmax")
    batch = rows(surface)
    table = made.item_embeddings()
    requests = np.asarray(made.encode_requests(batch), np.float64)
    products = requests @ np.asarray(table, np.float64).T
    real_items = products[:, 1:-1]  # Without padding and the unknown item.
    logits = products - np.log(np.exp(real_items).sum(axis=1, keepdims=True))
    candidates = batch[features.CANDIDATE_ITEMS]
    wanted = np.where(candidates > 0, np.take_along_axis(logits, candidates, axis=1), PADDING_LOGIT)
    assert_same(made.score(batch), wanted)
    assert_same(made.score(batch, item_table=table), wanted)


def test_the_softmax_tells_items_apart_however_large_their_products_are():
    made = unifiedssr(loss="softmax")
    batch = rows()
    # Longer vectors of items: the products grow, and by 17 or more their sigmoid is 1 in float32.
    table = np.asarray(made.item_embeddings()) * 200
    products = np.asarray(made.encode_requests(batch)) @ table.T
    assert products.max() > 17
    scores = np.asarray(ops.sigmoid(made.score(batch, item_table=ops.convert_to_tensor(table))))
    assert scores.max() < 1
    for row, candidates in zip(scores, batch[features.CANDIDATE_ITEMS], strict=True):
        assert len(set(row[row > 0])) == len(set(candidates[row > 0]))


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
    # The sigmoid of -ln 3 is a quarter.
    for logit, share in ((-np.log(3), 0.1 + 0.8 / 4), (np.log(3), 0.9 - 0.8 / 4), (-50, 0.1), (50, 0.9)):
        fresh.product_logit.assign(logit)
        assert_same(fresh.product_share, share)


@pytest.mark.parametrize("surface", list(Surface))
def test_the_request_mixes_the_branches_by_their_share(surface):
    fresh = unifiedssr(query_branch_in_recommendation=True)
    batch = rows(surface)
    sequences = fresh.sequences(batch, surface)
    products, queries = (np.asarray(each) for each in fresh.encode(sequences, surface))
    fresh.product_logit.assign(-np.log(3))  # A share of 0.3.
    place = np.arange(len(products)), np.asarray(sequences.lengths)
    assert_same(fresh.encode_requests(batch), 0.3 * products[place] + 0.7 * queries[place])


def test_queries_of_the_history_matter_to_recommendation_where_it_reads_them():
    made = unifiedssr(query_branch_in_recommendation=True)
    batch = rows(Surface.RECOMMENDATION)
    words, positions = batch[features.SEARCH_WORDS], batch[features.SEARCH_POSITIONS]
    newest = np.arange(6), batch[features.SEARCH_KINDS].sum(axis=1) - 1
    changed = words.copy()
    changed[newest] = (changed[newest] + 3) % VOCABULARY.words
    scores = np.asarray(made(batch))
    assert (np.abs(np.asarray(made(batch | {features.SEARCH_WORDS: changed})) - scores).max(axis=1) > 1e-5).all()
    # The clicked items of searches do not matter, nor does the order of two searches before the first click.
    other = {features.SEARCH_ITEMS: (batch[features.SEARCH_ITEMS] + 3) % VOCABULARY.items}
    assert_same(made(batch | other), scores)
    first_click = batch[features.RECOMMENDATION_POSITIONS][:, 0]
    row = next(row for row in range(6) if positions[row, 1] < first_click[row] and newest[1][row] > 0)
    unseen = words.copy()
    unseen[row, 0] = (unseen[row, 0] + 3) % VOCABULARY.words
    assert_same(made(batch | {features.SEARCH_WORDS: unseen}), scores)
    assert len(made.sessions(batch, Surface.RECOMMENDATION)) == 2


def test_an_encoder_for_each_surface_computes_what_a_shared_one_would_with_equal_weights():
    shared, apart = unifiedssr(), unifiedssr(share_surfaces=False)
    assert len(apart.trainable_weights) == len(shared.trainable_weights) + len(shared.encoder.trainable_weights)
    apart.embedding.set_weights(shared.embedding.get_weights())
    for each in (apart.encoder, apart.search_encoder):
        each.set_weights(shared.encoder.get_weights())
    batches = [rows(surface) for surface in Surface]
    for batch in batches:
        assert_same(apart(batch), shared(batch))
    # What one surface is encoded by is nothing to the other.
    apart.search_encoder.start.assign_add(np.ones((1, 1, 8)))
    recommendation, search = (np.abs(apart(batch) - shared(batch)).max() > 1e-3 for batch in batches)
    assert (recommendation, search) == (False, True)


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
