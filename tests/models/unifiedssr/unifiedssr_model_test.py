import json

import keras
import numpy as np
import pytest

from models.candidate_scores import PADDING_LOGIT
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_model import UnifiedSSR
from schemas import features
from schemas.canonical_event import Surface
from tests.support import unisar_batches

VOCABULARY = unisar_batches.vocabulary()


def make(dtype=None, **fields):
    model = UnifiedSSR(UnifiedSSRConfig(**{"dim": 8, **fields}), VOCABULARY, dtype=dtype)
    model.build()
    model.set_item_attributes(unisar_batches.item_attributes(VOCABULARY))
    return model


@pytest.fixture(scope="module")
def model():
    return make()


def rows(surface=Surface.SEARCH, **sizes):
    return unisar_batches.rows(VOCABULARY, surface, **sizes)


def assert_same(first, second):
    np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "fields", [{}, {"item_attributes": True, "loss": "softmax"}, {"reference_peculiarities": True}]
)
def test_build_creates_all_weights(fields):
    fresh = make(**fields)
    created = [weight.path for weight in fresh.weights]
    fresh(unisar_batches.joint(VOCABULARY)[0], training=True)
    fresh(rows())
    assert [weight.path for weight in fresh.weights] == created


def test_configuration_survives_json(model):
    again = UnifiedSSR.from_config(json.loads(json.dumps(model.get_config())))
    assert (again.config, again.vocabulary) == (model.config, model.vocabulary)


@pytest.mark.parametrize("fields", [{}, {"item_attributes": True}, {"reference_peculiarities": True}])
def test_saved_weights_and_saved_model_score_the_same(fields, tmp_path):
    saved = make(**fields)
    expected = saved(rows())
    saved.save_weights(tmp_path / "model.weights.h5")
    fresh = make(**fields)
    assert np.abs(fresh(rows()) - expected).max() > 1e-3
    fresh.load_weights(tmp_path / "model.weights.h5")
    assert_same(fresh(rows()), expected)
    saved.save(tmp_path / "model.keras")
    assert_same(keras.saving.load_model(tmp_path / "model.keras")(rows()), expected)


def test_logits_are_float32_under_mixed_precision():
    logits = make(dtype="mixed_bfloat16")(rows())
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    assert np.isfinite(logits).all()


def test_the_score_is_the_product_of_request_and_item(model):
    for surface in Surface:
        batch = rows(surface)
        items = np.asarray(model.item_embeddings())[batch[features.CANDIDATE_ITEMS]]
        assert_same(model(batch), np.einsum("bd,bcd->bc", model.encode_requests(batch), items))


def test_a_surface_that_is_known_beforehand_need_not_be_told(model):
    for surface in Surface:
        batch = rows(surface)
        told = model.encode_requests(batch)
        batch.pop(features.SURFACE_INDEX)
        assert_same(model.encode_requests(batch, surface=surface), told)


def test_a_precomputed_table_gives_the_same_scores():
    for made in (make(), make(item_attributes=True)):
        assert_same(made.score(rows(), item_table=made.item_embeddings()), made(rows()))


def test_a_joint_call_equals_flat_calls(model):
    inputs, _ = unisar_batches.joint(VOCABULARY)
    outputs = model(inputs)
    for surface in Surface:
        assert_same(outputs[surface.value]["logits"], model(inputs[surface.value]))


def test_rows_of_both_surfaces_may_be_mixed(model):
    inputs, _ = unisar_batches.joint(VOCABULARY)
    sides = [inputs[surface.value] for surface in Surface]
    mixed = {name: np.concatenate([side[name] for side in sides])[::-1] for name in sides[0]}
    assert_same(np.asarray(model(mixed))[::-1], np.concatenate([model(side) for side in sides]))


def test_one_row_scores_as_it_does_among_others(model):
    for surface in Surface:
        batch = rows(surface)
        together = np.asarray(model(batch))
        for row in range(len(together)):
            assert_same(model({name: value[row : row + 1] for name, value in batch.items()})[0], together[row])


def test_candidates_may_come_in_any_order(model):
    batch = rows()
    order = [3, 0, 4, 1, 2]
    permuted = batch | {features.CANDIDATE_ITEMS: batch[features.CANDIDATE_ITEMS][:, order]}
    assert_same(model(permuted), np.asarray(model(batch))[:, order])


def test_candidates_of_index_0_come_last(model):
    batch = rows()
    batch[features.CANDIDATE_ITEMS][:, 2] = 0
    assert (np.asarray(model(batch))[:, 2] == PADDING_LOGIT).all()


@pytest.mark.parametrize("surface", list(Surface))
def test_neither_length_nor_content_of_padding_matters(model, surface):
    batch = rows(surface)
    longer = {name: value.copy() for name, value in batch.items()}
    is_search = batch[features.SEARCH_KINDS] == 0
    longer[features.SEARCH_WORDS][is_search] = 3
    longer[features.SEARCH_ITEMS][is_search] = 5
    for name in (features.RECOMMENDATION_ITEMS, features.SEARCH_WORDS, features.SEARCH_ITEMS, features.SEARCH_KINDS):
        longer[name] = np.pad(longer[name], ((0, 0), (0, 3), *((0, 0),) * (longer[name].ndim - 2)))
    assert_same(model(longer), model(batch))
    for long, short in zip(model.sessions(longer, surface), model.sessions(batch, surface), strict=True):
        assert_same(long.windows, short.windows)
        assert_same(long.encodings, short.encodings)


@pytest.mark.parametrize("surface", list(Surface))
def test_an_empty_history_scores(model, surface):
    batch = rows(surface)
    empty = batch | {
        name: batch[name] * 0
        for name in (features.RECOMMENDATION_ITEMS, features.SEARCH_WORDS, features.SEARCH_ITEMS, features.SEARCH_KINDS)
    }
    scores = np.asarray(model(empty))
    assert np.isfinite(scores).all()
    none = {name: value[:, :0] for name, value in empty.items() if name.startswith(("recommendation_", "search_"))}
    assert_same(model(empty | none), scores)


def test_recommendation_ignores_queries_and_the_other_history(model):
    batch = rows(Surface.RECOMMENDATION)
    changed = batch | {
        features.QUERY_WORDS: (batch[features.QUERY_WORDS] + 3) % VOCABULARY.words,
        features.SEARCH_WORDS: (batch[features.SEARCH_WORDS] + 3) % VOCABULARY.words,
        features.SEARCH_ITEMS: (batch[features.SEARCH_ITEMS] + 3) % VOCABULARY.items,
    }
    np.testing.assert_array_equal(model(changed), model(batch))


def test_the_query_matters_in_search_unless_its_branch_is_off():
    batch = rows()
    changed = batch | {features.QUERY_WORDS: (batch[features.QUERY_WORDS] + 3) % VOCABULARY.words}
    for query_branch in (True, False):
        made = make(query_branch=query_branch)
        assert (np.abs(made(batch) - made(changed)).max() > 1e-4) == query_branch
    assert not [weight.path for weight in make(query_branch=False).weights if "word" in weight.path]


def test_recommendation_costs_nothing_for_queries(model):
    sequences = model.sequences(rows(Surface.RECOMMENDATION), Surface.RECOMMENDATION)
    assert sequences.queries is None
    assert len(model.encoder.encode(model.embedding, sequences)) == 1


def test_the_user_matters_unless_switched_off():
    batch = rows(Surface.RECOMMENDATION)
    changed = batch | {features.USER: batch[features.USER] % (VOCABULARY.users - 1) + 1}
    for user_embedding in (True, False):
        made = make(user_embedding=user_embedding)
        assert (np.abs(made(batch) - made(changed)).max() > 1e-4) == user_embedding


def test_the_share_of_the_product_branch_stays_within_its_bounds(model):
    fresh = make()
    assert_same(fresh.product_share, 0.5)
    for share in (0.1 + 1e-5, 0.37, 0.9 - 1e-5):
        fresh.product_logit.assign(fresh.logit_of_share(share))
        assert_same(fresh.product_share, share)
    for share, nearest in ((0.0, 0.1), (1.2, 0.9)):
        fresh.product_logit.assign(fresh.logit_of_share(share))
        np.testing.assert_allclose(fresh.product_share, nearest, atol=1e-4)


def test_the_request_mixes_the_branches_by_their_share():
    fresh = make()
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


def test_without_sessions_there_are_none():
    made = make(sessions=0)
    with pytest.raises(ValueError, match="built without session modelling: its configuration has sessions=0"):
        made.sessions(rows(), Surface.SEARCH)
    assert not [weight.path for weight in made.weights if "session" in weight.path]
