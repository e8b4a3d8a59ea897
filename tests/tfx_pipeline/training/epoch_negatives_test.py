import numpy as np
import tensorflow as tf

from schemas import features
from tfx_pipeline.training import epoch_negatives

# One positive and four negatives; two positives and three; one positive and one negative; nothing.
CANDIDATES = np.array([[1, 11, 12, 13, 14], [21, 2, 22, 3, 23], [4, 31, 0, 0, 0], [0, 0, 0, 0, 0]], "int32")
LABELS = np.array([[1, 0, 0, 0, 0], [0, 1, 0, 2, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0]], "float32")
POSITIVES = [{1}, {2, 3}, {4}, set()]
NEGATIVES = [{11, 12, 13, 14}, {21, 22, 23}, {31}, set()]


def draw(negatives, seed=(1, 2), candidates=CANDIDATES, labels=LABELS):
    batch = {
        features.USER: tf.range(len(candidates)),
        features.CANDIDATE_ITEMS: tf.constant(candidates),
        features.CANDIDATE_LABELS: tf.constant(labels),
    }
    drawn = epoch_negatives.draw(batch, negatives, tf.constant(seed, tf.int64))
    assert drawn[features.USER].numpy().tolist() == list(range(len(candidates)))
    return drawn[features.CANDIDATE_ITEMS].numpy(), drawn[features.CANDIDATE_LABELS].numpy()


def test_all_positives_and_as_many_negatives_of_the_row_are_kept():
    candidates, labels = draw(2)
    # Two positives and two negatives is the longest row.
    assert candidates.shape == labels.shape == (4, 4)
    for row, (positives, negatives) in enumerate(zip(POSITIVES, NEGATIVES, strict=True)):
        kept = candidates[row][candidates[row] != 0].tolist()
        assert set(candidates[row][labels[row] > 0]) == positives
        assert set(kept) - positives <= negatives
        assert len(kept) == len(set(kept)) == len(positives) + min(2, len(negatives))


def test_a_positive_keeps_its_label_and_padding_has_none():
    candidates, labels = draw(2)
    value = {item: label for item, label in zip(candidates.ravel(), labels.ravel(), strict=True)}
    assert (value[2], value[3], value[0]) == (1.0, 2.0, 0.0)


def test_rows_with_fewer_negatives_keep_all():
    candidates, _ = draw(100)
    assert [set(row) - {0} for row in candidates] == [p | n for p, n in zip(POSITIVES, NEGATIVES, strict=True)]


def test_over_many_draws_each_negative_comes_equally_often():
    many = np.repeat(CANDIDATES[:1], 4000, axis=0), np.repeat(LABELS[:1], 4000, axis=0)
    candidates, _ = draw(1, (5, 6), *many)
    counts = {item: int((candidates == item).sum()) for item in NEGATIVES[0]}
    # Binomial: 1,000 with a standard deviation of 27.
    assert all(abs(count - 1000) < 5 * 27.4 for count in counts.values())


def test_another_seed_draws_others_and_the_same_the_same():
    many = np.repeat(CANDIDATES[:1], 100, axis=0), np.repeat(LABELS[:1], 100, axis=0)
    first, again, other = (draw(1, seed, *many)[0] for seed in ((1, 2), (1, 2), (3, 4)))
    assert (first == again).all() and (first != other).any()
