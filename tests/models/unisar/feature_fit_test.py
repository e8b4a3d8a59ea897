import numpy as np
import pytest

from models.unisar import feature_fit
from models.unisar.feature_fit import fitted_weights, intercept
from schemas import features
from schemas.canonical_event import Surface

RANDOM = np.random.default_rng(0)


def examples(weights, rows=4000, candidates=6):
    """Examples whose positives are drawn by the softmax of their features and these weights."""
    values = RANDOM.normal(size=(rows, candidates, len(weights)))
    noise = RANDOM.gumbel(size=(rows, candidates))
    best = (values @ np.array(weights) + noise).argmax(axis=1)
    return values, np.eye(candidates)[best]


def test_it_finds_the_weights_that_the_positives_were_drawn_by():
    np.testing.assert_allclose(
        fitted_weights(*map(lambda each: [each], examples([1.5, 0.5, 0.0]))), [1.5, 0.5, 0], atol=0.12
    )


def test_batches_may_differ_in_candidates():
    wide, narrow = examples([1.0, 2.0], candidates=9), examples([1.0, 2.0], candidates=3)
    np.testing.assert_allclose(fitted_weights([wide[0], narrow[0]], [wide[1], narrow[1]]), [1.0, 2.0], atol=0.12)


def test_nothing_in_common_speaks_against_a_candidate():
    values, labels = examples([-2.0, 1.0])
    found = fitted_weights([values], [labels])
    assert found[0] == 0 and found[1] > 0.5


def test_few_examples_say_little():
    values, labels = examples([3.0])
    many, few = fitted_weights([values], [labels]), fitted_weights([values[:5]], [labels[:5]])
    assert 0 < few[0] < 0.5 * many[0]


def test_scale_does_not_matter():
    values, labels = examples([1.0, 1.0], rows=200)
    plain = fitted_weights([values], [labels])
    scaled = fitted_weights([values * [100, 0.01]], [labels])
    np.testing.assert_allclose(scaled, plain / [100, 0.01], rtol=1e-3)


def test_what_all_candidates_share_counts_nothing():
    values, labels = examples([1.0, 1.0], rows=200)
    same = np.repeat(RANDOM.normal(size=(200, 1, 1)), 6, axis=1)
    with_it = fitted_weights([np.concatenate([values, same], axis=2)], [labels])
    np.testing.assert_allclose(with_it, [*fitted_weights([values], [labels]), 0], rtol=1e-3)


@pytest.mark.parametrize("added", ["padding", "no positive", "nothing else"])
def test_what_teaches_nothing_changes_nothing(added):
    values, labels = examples([1.0, 1.0], rows=200)
    more = RANDOM.normal(size=(200, 6, 2))
    if added == "padding":
        both = np.concatenate([values, more], axis=1), np.concatenate([labels, np.full((200, 6), -1.0)], axis=1)
        batches = [both[0]], [both[1]]
    else:
        of_more = np.zeros((200, 6)) if added == "no positive" else np.eye(6)[[0]] * 2 - 1
        batches = [values, more], [labels, np.broadcast_to(of_more, (200, 6))]
    np.testing.assert_allclose(fitted_weights(*batches), fitted_weights([values], [labels]), rtol=1e-3)


def test_the_intercept_makes_candidates_wanted_as_often_as_their_scores_say():
    """Scores of 0 and 2, and padding; one candidate in four is wanted."""
    values, labels = [np.array([[[0.0], [0.0], [9.0]], [[1.0], [1.0], [9.0]]])], [np.array([[0, 0, -1], [1, 0, -1.0]])]
    found = intercept(values, labels, np.array([2.0]))
    chances = [1 / (1 + np.exp(-found)), 1 / (1 + np.exp(-found - 2))]
    assert np.mean(chances) == pytest.approx(1 / 4)
    assert intercept(values, [np.array([[0, 0, -1], [0, 0, -1.0]])], np.array([2.0])) == 0


def test_no_examples_no_weights():
    assert fitted_weights([np.zeros((0, 5, 3))], [np.zeros((0, 5))]).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("counts", "most", "read", "described"),
    [
        # Of one surface none in the first batch. The other has enough after the second, so no more of it is taken.
        ([(2, 0), (2, 1), (2, 2), (2, 2)], 99, 3, [2, 2, 1, 2]),
        # A surface that is missing is not looked for to the end.
        ([(2, 0)] * 9, 8, 4, [2, 2]),
    ],
)
def test_rows_are_read_until_each_surface_has_enough(counts, most, read, described, monkeypatch):
    """Three of each are enough. Padding, which has the most of the feature, is told as such."""
    monkeypatch.setattr(feature_fit, "_ROWS", 3)
    monkeypatch.setattr(feature_fit, "_MOST_READ", most)
    asked, sizes = [], []

    def batches():
        for of_batch in counts:
            asked.append(of_batch)
            sides = {
                surface.value: np.tile([[1, 2, 0]], (count, 1))
                for surface, count in zip(Surface, of_batch, strict=True)
            }
            labels = {surface: np.tile([[1.0, 0, 0]], (len(side), 1)) for surface, side in sides.items()}
            yield {surface: {features.CANDIDATE_ITEMS: side} for surface, side in sides.items()}, labels

    def describe(rows, labels):
        sizes.append(len(rows[features.CANDIDATE_ITEMS]))
        return np.stack([labels + 9 * (rows[features.CANDIDATE_ITEMS] == 0)], axis=-1)

    found = feature_fit.weights_by_surface(batches(), describe)
    assert (len(asked), sizes, found.negatives) == (read, described, 1)
    assert all(weights[0] > 0 for weights in found.by_surface.values())
    # Of two items one is wanted, and what is wanted has 1 of the feature, the other 0: their mean chance is a half.
    for name, weights in found.by_surface.items():
        assert found.intercepts[name] == pytest.approx(-weights[0] / 2, rel=1e-5)
    assert len(found.by_surface) == 1 + any(searches for _, searches in counts)


def test_without_rows_nothing_is_learned():
    assert feature_fit.weights_by_surface([], None) == ({}, {}, 0, 0, 0)
