import pytest
import tensorflow as tf

from schemas import features
from tfx_pipeline.training import row_choice

LONGEST = 4
SPEC = {
    features.SURFACE_INDEX: tf.io.FixedLenFeature([], tf.int64),
    features.RECOMMENDATION_ITEMS: tf.io.FixedLenFeature([LONGEST], tf.int64),
    features.SEARCH_KINDS: tf.io.FixedLenFeature([LONGEST], tf.int64),
    features.USER: tf.io.FixedLenFeature([], tf.int64),
}


def row(user, surface, length=0, sequence_end=0):
    """A transformed example whose history of its own surface has so many tokens, and of the other one all."""
    histories = {features.RECOMMENDATION_ITEMS: LONGEST, features.SEARCH_KINDS: LONGEST}
    histories[(features.RECOMMENDATION_ITEMS, features.SEARCH_KINDS)[surface]] = length
    example = tf.train.Example()
    for name, count in histories.items():
        example.features.feature[name].int64_list.value.extend([1] * count + [0] * (LONGEST - count))
    for name, value in (
        (features.USER, user),
        (features.SURFACE_INDEX, surface),
        (features.IS_SEQUENCE_END, sequence_end),
    ):
        example.features.feature[name].int64_list.value.append(value)
    return example.SerializeToString()


def users(serialized):
    return tf.io.parse_example(serialized, SPEC)[features.USER].numpy().tolist()


def dataset(*rows):
    return tf.data.Dataset.from_tensor_slices(list(rows))


@pytest.mark.parametrize(
    ("surfaces", "sequence_ends_only", "kept"),
    [
        (["recommendation"], False, [0, 2]),
        (["search"], False, [1, 3]),
        (["recommendation", "search"], True, [2, 3]),
        (["search"], True, [3]),
    ],
)
def test_rows_are_chosen_by_surface_and_place(surfaces, sequence_ends_only, kept):
    records = dataset(row(0, 0), row(1, 1), row(2, 0, sequence_end=1), row(3, 1, sequence_end=1))
    chosen = row_choice.of_surfaces(records, surfaces, sequence_ends_only)
    assert [users([each])[0] for each in chosen] == kept


def test_a_batch_is_of_one_surface_and_its_histories_about_equally_long():
    records = dataset(row(0, 0, 3), row(1, 1, 2), row(2, 0, 1), row(3, 1, 4), row(4, 0, 2), row(5, 1, 0))
    batches = row_choice.one_surface_a_batch(records, SPEC, batch_size=2, shuffle=False, seed=None)
    # Recommendation has lengths 3 1 2 of users 0 2 4, search 2 4 0 of users 1 3 5.
    assert [users(batch) for batch in batches] == [[2, 4], [0], [5, 1], [3]]


def test_batches_are_mixed_and_hold_each_row_once():
    records = dataset(*(row(user, user % 2, user % 5) for user in range(200)))

    def order(seed):
        return [users(each) for each in row_choice.one_surface_a_batch(records, SPEC, 4, shuffle=True, seed=seed)]

    first, second = order(1), order(2)
    assert first != second
    assert sorted(sum(first, [])) == sorted(sum(second, [])) == list(range(200))
    assert {user % 2 for user in first[0]} != {0, 1}
