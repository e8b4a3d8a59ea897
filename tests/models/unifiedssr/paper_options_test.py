"""What the paper's code has and ours by option: sessions in scores, distinct negatives, weights of session losses."""

import numpy as np
import pytest
from keras import ops

from models.layers.session_windows import Sessions
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_model import UnifiedSSR
from models.unifiedssr.unifiedssr_training import session_loss
from schemas.canonical_event import Surface
from tests.support import unisar_batches

VOCABULARY = unisar_batches.vocabulary()


def make(**fields):
    model = UnifiedSSR(UnifiedSSRConfig(**{"dim": 8, **fields}), VOCABULARY)
    model.build()
    return model


def test_sessions_in_scores_double_what_the_last_event_of_a_branch_says():
    plain, model = make(), make(sessions_in_scores=True)
    model.set_weights(plain.get_weights())
    # Windows that reach a quarter of a part to both sides leave the last event of a long history out.
    for each in (plain, model):
        each.session_windows.width_bias.assign(-2.0)
    batch = unisar_batches.rows(VOCABULARY, Surface.SEARCH)
    sequences = plain.sequences(batch, Surface.SEARCH)
    branches = [np.asarray(each) for each in plain.encoder.encode(plain.embedding, sequences)]
    lengths = np.asarray(sequences.lengths)
    share = float(plain.product_share)
    expected = np.zeros((len(lengths), 8))
    for row, length in enumerate(lengths):
        for branch, divided, weight in zip(
            branches, plain.divide(branches, sequences), (share, 1 - share), strict=True
        ):
            covered = np.asarray(divided.membership)[row, :, length - 1].max() if length else 0.0
            expected[row] += weight * (1 + covered) * branch[row, length]
    np.testing.assert_allclose(model.encode_requests(batch), expected, rtol=1e-4, atol=1e-5)
    assert np.abs(np.asarray(plain.encode_requests(batch)) - expected).max() > 1e-2


def test_sessions_in_scores_leave_the_ranking_of_recommendation():
    plain, model = make(), make(sessions_in_scores=True)
    model.set_weights(plain.get_weights())
    batch = unisar_batches.rows(VOCABULARY, Surface.RECOMMENDATION)
    first, second = (np.argsort(np.asarray(each.score(batch)), axis=1) for each in (plain, model))
    np.testing.assert_array_equal(first, second)


def test_sessions_in_scores_need_sessions():
    with pytest.raises(
        ValueError, match="`sessions_in_scores` needs sessions. Received: sessions_in_scores=True, sess"
    ):
        UnifiedSSRConfig(sessions=0, sessions_in_scores=True)


def test_each_session_loss_has_its_weight():
    # Neighbours in one branch are at a right angle (0) and equal (1): a half. Both branches' sessions are equal: 1.
    encodings = np.array([[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]], "float32")
    divided = Sessions(None, None, ops.convert_to_tensor(encodings), np.ones((1, 3), bool))
    found = [float(session_loss((divided, divided), *weights)) for weights in ((1, 1), (1, 0), (0, 1), (2, 3))]
    assert found == pytest.approx([1 - 1, 1, -1, 2 - 3], abs=1e-5)


@pytest.mark.parametrize("distinct", [True, False])
def test_negatives_of_a_position_differ_where_they_should(distinct, monkeypatch):
    items = VOCABULARY.items
    model = make(distinct_negatives=distinct, negatives=items - 2, sessions=0)
    seen = []
    monkeypatch.setattr(
        model, "binary_loss", lambda branches, targets, negatives, *_: seen.append((targets, negatives))
    )
    targets = np.tile(np.arange(1, items), (3, 1))[..., None]
    model.next_item_loss((np.zeros((3, items - 1, 8), "float32"),), targets)
    drawn = np.asarray(seen[0][1])
    alone = [
        sorted({*row, target}) == list(range(1, items))
        for row, target in zip(drawn.reshape(-1, items - 2), targets.reshape(-1), strict=True)
    ]
    assert all(alone) == distinct


def test_the_weights_of_the_reference_are_clipped_by_training():
    model = make(reference_peculiarities=True)
    assert float(model.product_share) == 0.5
    constraint = model.reference_share.constraint
    assert [float(constraint(np.float32(value))) for value in (-1.0, 0.4, 2.0)] == pytest.approx([0.1, 0.4, 0.9])
