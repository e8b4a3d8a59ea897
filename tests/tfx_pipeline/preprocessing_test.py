"""The preprocessing_fn on real Beam, with every index worked out by hand."""

import functools

import pytest
import tensorflow as tf
import tensorflow_transform as tft
from tensorflow_transform import beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata, schema_utils

from schemas import features
from tfx_pipeline import preprocessing, vocabularies

CUSTOM_CONFIG = {
    "transform": {
        "words_per_query": 2,
        "words_per_title": 3,
        "category_levels": 2,
        "min_word_count": 1,
        "max_users": 0,
        "max_items": 0,
        "max_words": 0,
    },
    "recommendation_history": 2,
    "search_history": 2,
    "items_per_session": 2,
}


def spec_of(name):
    integer, real = name in features.INT_FEATURES, name in features.FLOAT_FEATURES
    return tf.io.VarLenFeature(tf.int64 if integer else tf.float32 if real else tf.string)


RAW_SPEC = {name: spec_of(name) for name in features.BEHAVIOUR_FEATURES + features.CATALOG_FEATURES}


def row(**values):
    return {name: values.get(name, []) for name in RAW_SPEC}


CATALOG = [
    row(item_id=[b"a"], title=[b"Red MUG"], categories=[b"kitchen", b"mugs"]),
    row(item_id=[b"b"], title=[b"blue mug, large and round"], categories=[b"kitchen"]),
    row(item_id=[b"c"], title=[b""]),
]
TRAIN = [
    row(
        user_id=[b"u1"], surface=[b"search"], query=[b"MUG"], timestamp_ms=[5],
        candidates=[b"b", b"c"], labels=[1.0, 0.0],
        history_kinds=[1, 2], history_item_counts=[1, 1], history_items=[b"c", b"a"], history_queries=[b"red thing"],
    ),
    row(user_id=[b"u1"], surface=[b"recommendation"], timestamp_ms=[6], candidates=[b"b", b"a"], labels=[1.0, 0.0]),
    row(user_id=[b"u2"], surface=[b"recommendation"], timestamp_ms=[7], candidates=[b"c", b"x"], labels=[1.0, 0.0]),
]  # fmt: skip


@pytest.fixture(scope="module")
def transformed(tmp_path_factory):
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(RAW_SPEC))
    function = functools.partial(preprocessing.preprocessing_fn, custom_config=CUSTOM_CONFIG)
    with tft_beam.Context(temp_dir=str(tmp_path_factory.mktemp("tft"))):
        (data, data_metadata), transform_fn = (CATALOG + TRAIN, metadata) | tft_beam.AnalyzeAndTransformDataset(
            function
        )
        path = str(tmp_path_factory.mktemp("out") / "transform")
        transform_fn | tft_beam.WriteTransformFn(path)
    return data, tft.TFTransformOutput(path)


def test_indices_run_from_the_most_frequent_after_padding(transformed):
    _, output = transformed
    assert output.vocabulary_by_name(features.USER_VOCABULARY) == [b"u1", b"u2"]
    # Once in the catalogue each; b is clicked twice, c once.
    assert output.vocabulary_by_name(features.ITEM_VOCABULARY) == [b"b", b"c", b"a"]
    words = output.vocabulary_by_name(features.WORD_VOCABULARY)
    # "mug" stands in two titles and one query.
    assert words[0] == b"mug" and set(words) == {b"mug", b"red", b"blue", b"large", b"and", b"round"}
    assert output.vocabulary_by_name(features.category_vocabulary(0)) == [b"kitchen"]
    # Padding, b, c, a, the unknown.
    assert vocabularies.table_rows(output, features.ITEM_VOCABULARY) == 5


def test_a_search_example_is_transformed(transformed):
    data, output = transformed
    example = data[len(CATALOG)]
    words = [None, *output.vocabulary_by_name(features.WORD_VOCABULARY)]
    mug, red, unknown = words.index(b"mug"), words.index(b"red"), len(words)
    assert example[features.USER] == 1
    assert example[features.SURFACE_INDEX] == 1
    assert example[features.QUERY_WORDS].tolist() == [mug, 0]
    assert example[features.CANDIDATE_ITEMS].tolist() == [1, 2]
    assert example[features.CANDIDATE_LABELS].tolist() == [1.0, 0.0]
    assert example[features.RECOMMENDATION_ITEMS].tolist() == [2, 0]
    assert example[features.RECOMMENDATION_POSITIONS].tolist() == [0, 0]
    # "thing" stands in no title and no query of an example.
    assert example[features.SEARCH_WORDS].tolist() == [[red, unknown], [0, 0]]
    assert example[features.SEARCH_ITEMS].tolist() == [[3, 0], [0, 0]]
    assert example[features.SEARCH_POSITIONS].tolist() == [1, 0]
    assert example[features.SEARCH_KINDS].tolist() == [1, 0]


def test_an_item_is_transformed(transformed):
    data, output = transformed
    words = [None, *output.vocabulary_by_name(features.WORD_VOCABULARY)]
    assert data[0][features.ITEM] == 3
    assert data[0][features.ITEM_WORDS].tolist() == [words.index(b"red"), words.index(b"mug"), 0]
    assert data[0][features.ITEM_CATEGORIES].tolist() == [1, 1]
    # The title's first three words; no second level.
    assert data[1][features.ITEM_WORDS].tolist() == [words.index(word) for word in (b"blue", b"mug", b"large")]
    assert data[1][features.ITEM_CATEGORIES].tolist() == [1, 0]
    assert data[2][features.ITEM_CATEGORIES].tolist() == [0, 0]


def test_unknown_users_items_and_words_share_the_last_index(transformed):
    _, output = transformed
    raw = {name: tf.sparse.from_dense([["?"]]) for name, spec in RAW_SPEC.items() if spec.dtype == tf.string}
    raw |= {name: tf.sparse.from_dense(tf.constant([[1]], tf.int64)) for name in features.INT_FEATURES}
    raw[features.HISTORY_KINDS] = tf.sparse.from_dense(tf.constant([[2]], tf.int64))
    raw[features.QUERY] = tf.sparse.from_dense([["mug Ωmega"]])
    result = output.transform_raw_features(raw)
    assert result[features.USER].numpy().tolist() == [3]
    assert result[features.CANDIDATE_ITEMS].values.numpy().tolist() == [4]
    assert result[features.SEARCH_ITEMS].numpy().tolist() == [[[4, 0], [0, 0]]]
    words = output.vocabulary_size_by_name(features.WORD_VOCABULARY)
    assert result[features.QUERY_WORDS].numpy().tolist() == [[1, words + 1]]


def test_a_history_that_contradicts_itself_is_refused(transformed):
    _, output = transformed
    raw = {name: tf.sparse.from_dense([["?"]]) for name, spec in RAW_SPEC.items() if spec.dtype == tf.string}
    raw |= {name: tf.sparse.from_dense(tf.constant([[1]], tf.int64)) for name in features.INT_FEATURES}
    # The only token is a feed click, and yet there is a query.
    with pytest.raises(tf.errors.InvalidArgumentError, match="one query for each search token and none for others"):
        output.transform_raw_features(raw)


def test_no_user_is_padding(transformed):
    data, _ = transformed
    assert data[0][features.USER] == 0 and data[0][features.QUERY_WORDS].tolist() == [0, 0]
