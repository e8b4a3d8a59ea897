import numpy as np
import pytest
import tensorflow as tf

from schemas import features
from tfx_pipeline.training import inputs

VECTORS = {
    features.QUERY_WORDS: 2,
    features.CONTEXT: 0,
    features.RECOMMENDATION_ITEMS: 3,
    features.RECOMMENDATION_POSITIONS: 3,
    features.SEARCH_POSITIONS: 2,
    features.SEARCH_KINDS: 2,
}


class TransformOutput:
    """Only the feature spec of a Transform output is read."""

    def __init__(self, **more):
        self._more = more

    def transformed_feature_spec(self):
        return self._more | {
            features.USER: tf.io.FixedLenFeature([], tf.int64),
            features.SURFACE_INDEX: tf.io.FixedLenFeature([], tf.int64),
            features.CANDIDATE_ITEMS: tf.io.VarLenFeature(tf.int64),
            features.CANDIDATE_LABELS: tf.io.VarLenFeature(tf.float32),
            features.SEARCH_WORDS: tf.io.FixedLenFeature([2, 2], tf.int64),
            features.SEARCH_ITEMS: tf.io.FixedLenFeature([2, 1], tf.int64),
            **{name: tf.io.FixedLenFeature([length], tf.int64) for name, length in VECTORS.items()},
            features.ITEM: tf.io.FixedLenFeature([], tf.int64),
            features.ITEM_WORDS: tf.io.FixedLenFeature([2], tf.int64),
            features.ITEM_CATEGORIES: tf.io.FixedLenFeature([1], tf.int64),
            features.ITEM_CATEGORY_WORDS: tf.io.FixedLenFeature([3], tf.int64),
            features.ITEM_ATTRIBUTES: tf.io.FixedLenFeature([2], tf.int64),
            features.ITEM_ENGAGEMENTS: tf.io.FixedLenFeature([], tf.int64),
            features.USER_ATTRIBUTE_INDICES: tf.io.FixedLenFeature([2], tf.int64),
        }


class WithWeights(TransformOutput):
    def transformed_feature_spec(self):
        shapes = {features.EXAMPLE_WEIGHT: [], features.RECOMMENDATION_WEIGHTS: [3], features.SEARCH_WEIGHTS: [2, 1]}
        weights = {name: tf.io.FixedLenFeature(shape, tf.float32) for name, shape in shapes.items()}
        return super().transformed_feature_spec() | weights


FLOATS = (
    features.CANDIDATE_LABELS,
    features.EXAMPLE_WEIGHT,
    features.RECOMMENDATION_WEIGHTS,
    features.SEARCH_WEIGHTS,
    features.ITEM_NUMBERS,
    features.ITEM_VECTOR,
    features.USER_NUMBER_VALUES,
)


def example(**values):
    example = tf.train.Example()
    for name, value in values.items():
        feature = example.features.feature[name]
        (feature.float_list if name in FLOATS else feature.int64_list).value.extend(value)
    return example.SerializeToString()


def behaviour(user, surface, candidates=(1, 2), **more):
    padded = {name: [0] * length for name, length in VECTORS.items()}
    return example(
        **padded,
        **{
            features.USER: [user],
            features.SURFACE_INDEX: [surface],
            features.CANDIDATE_ITEMS: candidates,
            features.CANDIDATE_LABELS: [1.0] + [0.0] * (len(candidates) - 1),
            features.SEARCH_WORDS: [user, 0, 0, 0],
            features.SEARCH_ITEMS: [0, 0],
            **more,
        },
    )


def write(path, records):
    with tf.io.TFRecordWriter(str(path), "GZIP") as writer:
        for record in records:
            writer.write(record)
    return str(path)


def test_a_batch_holds_the_rows_of_each_surface_apart(tmp_path):
    path = write(tmp_path / "a.gz", [behaviour(1, 0), behaviour(2, 1), behaviour(3, 0, candidates=(4, 5, 6))])
    ((batch, labels),) = list(inputs.joint_batches([path], TransformOutput(), batch_size=8))
    assert batch["recommendation"][features.USER].numpy().tolist() == [1, 3]
    assert batch["search"][features.USER].numpy().tolist() == [2]
    assert batch["search"][features.SEARCH_WORDS].numpy().tolist() == [[[2, 0], [0, 0]]]
    # Lists are as long as the batch's longest.
    assert batch["recommendation"][features.CANDIDATE_ITEMS].numpy().tolist() == [[1, 2, 0], [4, 5, 6]]
    assert labels["recommendation"].numpy().tolist() == [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    assert set(batch["search"]) == set(features.MODEL_INPUTS)
    assert batch["search"][features.USER].dtype == tf.int32


def test_labels_stand_among_the_inputs_where_asked_for(tmp_path):
    path = write(tmp_path / "data.gz", [behaviour(1, 0), behaviour(2, 1, (4, 5, 6))])
    ((plain, labels),) = list(inputs.joint_batches([path], TransformOutput(), batch_size=8))
    ((told, same),) = list(inputs.joint_batches([path], TransformOutput(), batch_size=8, with_labels=True))
    for surface in labels:
        assert features.CANDIDATE_LABELS not in plain[surface]
        np.testing.assert_array_equal(told[surface][features.CANDIDATE_LABELS], labels[surface])
        np.testing.assert_array_equal(same[surface], labels[surface])


def test_weights_come_with_their_rows_where_asked_for_and_where_there_are_any(tmp_path):
    weights = [(1, 0, 2.5), (2, 1, 0.0), (3, 0, 1.0)]
    records = [
        behaviour(
            *(user, surface),
            example_weight=[weight],
            recommendation_weights=[user, 0.5, 0],
            search_weights=[user / 4, 0],
        )
        for user, surface, weight in weights
    ]
    path = write(tmp_path / "a.gz", records)
    ((batch, _, found),) = list(inputs.joint_batches([path], WithWeights(), batch_size=8, with_weights=True))
    assert {side: {name: each.numpy().tolist() for name, each in of.items()} for side, of in found.items()} == {
        "recommendation": {
            features.EXAMPLE_WEIGHT: [2.5, 1.0],
            features.RECOMMENDATION_WEIGHTS: [[1.0, 0.5, 0.0], [3.0, 0.5, 0.0]],
        },
        "search": {features.EXAMPLE_WEIGHT: [0.0], features.SEARCH_WEIGHTS: [[[0.5], [0.0]]]},
    }
    assert set(batch["search"]) == set(features.MODEL_INPUTS), "a weight is no input"
    # The negatives of an epoch change nothing of it.
    drawn = inputs.joint_batches([path], WithWeights(), batch_size=8, negatives=1, with_weights=True)
    assert next(iter(drawn))[2]["recommendation"][features.EXAMPLE_WEIGHT].numpy().tolist() == [2.5, 1.0]
    # Validation asks for none, and most logs have none.
    assert len(next(iter(inputs.joint_batches([path], WithWeights(), batch_size=8)))) == 2
    assert len(next(iter(inputs.joint_batches([path], TransformOutput(), batch_size=8, with_weights=True)))) == 2


@pytest.mark.parametrize(
    ("surfaces", "ends_only", "count"),
    [(("recommendation", "search"), False, 5), (("search",), False, 2), (("recommendation", "search"), True, 3)],
)
def test_the_rows_of_an_epoch_are_counted(surfaces, ends_only, count, tmp_path):
    rows = [behaviour(1, 0, is_sequence_end=[end]) for end in (0, 1, 1)]
    rows += [behaviour(2, 1, is_sequence_end=[end]) for end in (1, 0)]
    paths = [write(tmp_path / "a.gz", rows[:3]), write(tmp_path / "b.gz", rows[3:])]
    assert inputs.count_examples(paths, surfaces, ends_only) == count
    output = TransformOutput(is_sequence_end=tf.io.FixedLenFeature([], tf.int64))
    batches = inputs.joint_batches(paths, output, 2, surfaces=surfaces, sequence_ends_only=ends_only)
    assert sum(len(labels[surface]) for _, labels in batches for surface in labels) == count


def test_a_surface_may_be_missing_from_a_batch(tmp_path):
    path = write(tmp_path / "a.gz", [behaviour(1, 0)])
    ((batch, labels),) = list(inputs.joint_batches([path], TransformOutput(), batch_size=8))
    assert batch["search"][features.SEARCH_ITEMS].shape == (0, 2, 1)
    assert labels["search"].shape == (0, 2)


@pytest.mark.parametrize("buffer", [0, 100])
def test_every_row_comes_once_an_epoch(tmp_path, buffer):
    users = [[10 * part + row for row in range(7)] for part in range(3)]
    for part in range(3):
        write(tmp_path / f"{part}.gz", [behaviour(user, user % 2) for user in users[part]])
    batches = inputs.joint_batches([str(tmp_path / "*.gz")], TransformOutput(), 4, shuffle_buffer=buffer, seed=1)
    epochs = [
        [int(user) for batch, _ in batches for side in batch.values() for user in side[features.USER]] for _ in range(2)
    ]
    assert sorted(epochs[0]) == sorted(epochs[1]) == sum(users, [])
    # Shuffled anew each epoch, and not at all without a buffer.
    assert (epochs[0] == epochs[1]) is (buffer == 0)


def test_each_epoch_draws_other_negatives_of_the_row_and_a_seed_the_same(tmp_path):
    path = write(tmp_path / "a.gz", [behaviour(1, 0, candidates=range(1, 41)), behaviour(2, 1, candidates=[50, 51])])

    def epochs(seed):
        batches = inputs.joint_batches([path], TransformOutput(), 8, seed=seed, negatives=3)
        return [(batch, labels) for _ in range(2) for batch, labels in batches]

    first, second = epochs(seed=1)
    for batch, labels in (first, second):
        assert batch["recommendation"][features.CANDIDATE_ITEMS][0, 0] == 1
        assert labels["recommendation"].numpy().tolist() == [[1.0, 0.0, 0.0, 0.0]]
        assert batch["search"][features.CANDIDATE_ITEMS].numpy().tolist() == [[50, 51, 0, 0]]
    drawn = [set(batch["recommendation"][features.CANDIDATE_ITEMS].numpy()[0, 1:]) for batch, _ in (first, second)]
    assert all(len(each) == 3 and each <= set(range(2, 41)) for each in drawn)
    assert drawn[0] != drawn[1]
    again = [set(batch["recommendation"][features.CANDIDATE_ITEMS].numpy()[0, 1:]) for batch, _ in epochs(seed=1)]
    assert again == drawn


def item(index, words, category_words, category, attributes, engagements, numbers=(), vector=()):
    return example(
        **{
            features.ITEM_NUMBERS: numbers,
            features.ITEM_VECTOR: vector,
            features.ITEM: [index],
            features.ITEM_WORDS: words,
            features.ITEM_CATEGORY_WORDS: category_words,
            features.ITEM_CATEGORIES: [category],
            features.ITEM_ATTRIBUTES: attributes,
            features.ITEM_ENGAGEMENTS: [engagements],
        }
    )


def test_the_catalogue_becomes_tables_by_item_index(tmp_path):
    items = [
        item(2, [5, 6], [3, 4, 0], 1, [8, 9], 7),
        item(1, [7, 0], [4, 0, 0], 2, [0, 6], 0),
        item(4, [9, 9], [9, 9, 9], 9, [9, 9], 9),
    ]
    path = write(tmp_path / "c.gz", items)
    # Indices: padding, 1, 2, 3 (without a row) and 4, the unknown, which is nobody in particular.
    catalog = inputs.read_catalog([path], TransformOutput(), items=5)
    np.testing.assert_array_equal(catalog.words, [[0, 0], [7, 0], [5, 6], [0, 0], [0, 0]])
    np.testing.assert_array_equal(catalog.category_words, [[0, 0, 0], [4, 0, 0], [3, 4, 0], [0, 0, 0], [0, 0, 0]])
    np.testing.assert_array_equal(catalog.categories, [[0], [2], [1], [0], [0]])
    np.testing.assert_array_equal(catalog.attributes, [[0, 0], [0, 6], [8, 9], [0, 0], [0, 0]])
    np.testing.assert_array_equal(catalog.engagements, [0, 0, 7, 0, 0])


def test_what_is_known_of_users_becomes_a_table_by_user_index(tmp_path):
    users = [
        example(**{features.USER: [user], features.USER_ATTRIBUTE_INDICES: values})
        for user, values in ((2, [5, 6]), (1, [0, 4]), (4, [9, 9]))
    ]
    table, numbers = inputs.read_users([write(tmp_path / "u.gz", users)], TransformOutput(), users=5)
    # Indices: padding, 1, 2, 3 (without a row) and 4, the unknown, which is nobody in particular.
    np.testing.assert_array_equal(table, [[0, 0], [0, 4], [5, 6], [0, 0], [0, 0]])
    assert table.dtype == np.int32 and numbers is None


@pytest.mark.parametrize("first", [0, 4096])
def test_numbers_and_vectors_become_tables_too(tmp_path, first):
    """The first batch of rows may have no vector at all."""
    spec = TransformOutput(
        **{
            features.ITEM_NUMBERS: tf.io.FixedLenFeature([2], tf.float32),
            features.ITEM_VECTOR: tf.io.VarLenFeature(tf.float32),
            features.USER_NUMBER_VALUES: tf.io.FixedLenFeature([2], tf.float32),
        }
    )
    known = [(2, [0.5, 1], [0.6, 0.8, 0]), (1, [0, 0], []), (4, [9, 9], [9, 9, 9])]
    items = [
        item(index, [0, 0], [0, 0, 0], 0, [0, 0], 0, numbers, vector)
        for index, numbers, vector in [(3, [0, 0], [])] * first + known
    ]
    catalog = inputs.read_catalog([write(tmp_path / "c.gz", items)], spec, items=5)
    np.testing.assert_allclose(catalog.numbers, [[0, 0], [0, 0], [0.5, 1], [0, 0], [0, 0]])
    np.testing.assert_allclose(catalog.vectors, [[0] * 3, [0] * 3, [0.6, 0.8, 0], [0] * 3, [0] * 3], rtol=1e-6)
    assert {catalog.numbers.dtype, catalog.vectors.dtype} == {np.dtype(np.float32)}
    users = [
        example(**{features.USER: [2], features.USER_ATTRIBUTE_INDICES: [1, 1], features.USER_NUMBER_VALUES: [-0.5, 1]})
    ]
    read = inputs.read_users([write(tmp_path / "u.gz", users)], spec, users=4)
    np.testing.assert_array_equal(read.numbers, [[0, 0], [0, 0], [-0.5, 1], [0, 0]])
