"""The preprocessing_fn on real Beam, with every index worked out by hand."""

import functools

import pytest
import tensorflow as tf
import tensorflow_transform as tft
from tensorflow_transform import beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata, schema_utils

from schemas import features
from tfx_pipeline import preprocessing
from tfx_pipeline.transform import vocabularies

CUSTOM_CONFIG = {
    "transform": {
        "words_per_query": 2,
        "words_per_title": 3,
        "words_per_category_path": 2,
        "category_levels": 2,
        "context": ["device", "hour"],
        "min_word_count": 1,
        "max_users": 0,
        "max_items": 0,
        "max_words": 0,
    },
    "recommendation_history": 2,
    "search_history": 2,
    "items_per_session": 2,
    "attributes": ["brand", "colour"],
    "attributes_of_users": [],
}


def spec_of(name):
    integer, real = name in features.INT_FEATURES, name in features.FLOAT_FEATURES
    return tf.io.VarLenFeature(tf.int64 if integer else tf.float32 if real else tf.string)


RAW_SPEC = {name: spec_of(name) for name in features.BEHAVIOUR_FEATURES + features.CATALOG_FEATURES}


def row(**values):
    return {name: values.get(name, []) for name in RAW_SPEC}


CATALOG = [
    row(
        item_id=[b"a"], title=[b"Red MUG"], categories=[b"Kitchen & More", b"mugs"],
        attributes=[b"COKA", b""], engagements=[3],
    ),
    row(
        item_id=[b"b"], title=[b"blue mug, large and round"], categories=[b"Kitchen & More"],
        attributes=[b"COKA", b"red"], engagements=[0],
    ),
    row(item_id=[b"c"], title=[b""]),
]  # fmt: skip
TRAIN = [
    row(
        user_id=[b"u1"], surface=[b"search"], query=[b"MUG"], timestamp_ms=[5],
        context_values=[b"city=Rome", b"device=phone"],
        candidates=[b"b", b"c"], labels=[1.0, 0.0],
        history_kinds=[1, 2], history_item_counts=[1, 1], history_items=[b"c", b"a"], history_queries=[b"red thing"],
    ),
    row(
        user_id=[b"u1"], surface=[b"recommendation"], timestamp_ms=[23 * 3_600_000],
        candidates=[b"b", b"a"], labels=[1.0, 0.0],
    ),
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
    assert words[0] == b"mug"
    assert set(words) == {b"mug", b"red", b"blue", b"large", b"and", b"round", b"kitchen", b"more", b"mugs"}
    assert output.vocabulary_by_name(features.category_vocabulary(0)) == [b"Kitchen & More"]
    assert output.vocabulary_by_name(features.attribute_vocabulary(0)) == [b"COKA"]
    assert output.vocabulary_by_name(features.attribute_vocabulary(1)) == [b"red"]
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
    assert example[features.CONTEXT][0] == 1
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


def test_category_paths_are_texts_of_the_same_words(transformed):
    data, output = transformed
    words = [None, *output.vocabulary_by_name(features.WORD_VOCABULARY)]
    path = [words.index(b"kitchen"), words.index(b"more")]
    assert [item[features.ITEM_CATEGORY_WORDS].tolist() for item in data[:3]] == [path, path, [0, 0]]


def test_attributes_and_engagements_of_an_item(transformed):
    data, _ = transformed
    assert [item[features.ITEM_ATTRIBUTES].tolist() for item in data[:3]] == [[1, 0], [1, 1], [0, 0]]
    assert [item[features.ITEM_ENGAGEMENTS] for item in data[:3]] == [3, 0, 0]


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


def test_context_that_training_did_not_know_counts_as_unknown(transformed):
    data, output = transformed
    # Two of the three examples are of the first hour of 1970.
    assert output.vocabulary_by_name(features.context_vocabulary("hour")) == [b"0", b"23"]
    assert output.vocabulary_by_name(features.context_vocabulary("device")) == [b"phone"]
    # 0 for the unknown, 1 for the phone: no index for what is out of vocabulary.
    assert vocabularies.known_rows(output, features.context_vocabulary("device")) == 2
    assert [row[features.CONTEXT].tolist() for row in data[len(CATALOG) :]] == [[1, 1], [0, 2], [0, 1]]
    raw = {name: tf.sparse.from_dense([["?"]]) for name, spec in RAW_SPEC.items() if spec.dtype == tf.string}
    raw |= {name: tf.sparse.from_dense(tf.constant([[2]], tf.int64)) for name in features.INT_FEATURES}
    raw[features.HISTORY_ITEM_COUNTS] = tf.sparse.from_dense(tf.constant([[1]], tf.int64))
    raw[features.TIMESTAMP_MS] = tf.sparse.from_dense(tf.constant([[7 * 3_600_000]], tf.int64))
    raw[features.CONTEXT_VALUES] = tf.sparse.from_dense([["device=watch"]])
    assert output.transform_raw_features(raw)[features.CONTEXT].numpy().tolist() == [[0, 0]]


def test_a_history_that_contradicts_itself_is_refused(transformed):
    _, output = transformed
    raw = {name: tf.sparse.from_dense([["?"]]) for name, spec in RAW_SPEC.items() if spec.dtype == tf.string}
    raw |= {name: tf.sparse.from_dense(tf.constant([[1]], tf.int64)) for name in features.INT_FEATURES}
    # The only token is a feed click, and yet there is a query.
    with pytest.raises(tf.errors.InvalidArgumentError, match="one query for each search token and none for others"):
        output.transform_raw_features(raw)


def test_what_is_switched_off_takes_no_room(tmp_path):
    settings = {**CUSTOM_CONFIG["transform"], "words_per_title": 0, "words_per_category_path": 0, "context": []}
    function = functools.partial(
        preprocessing.preprocessing_fn, custom_config={**CUSTOM_CONFIG, "transform": settings, "attributes": []}
    )
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(RAW_SPEC))
    with tft_beam.Context(temp_dir=str(tmp_path)):
        (data, _), transform_fn = (CATALOG + TRAIN, metadata) | tft_beam.AnalyzeAndTransformDataset(function)
        transform_fn | tft_beam.WriteTransformFn(str(tmp_path / "out"))
    assert tft.TFTransformOutput(str(tmp_path / "out")).vocabulary_by_name(features.WORD_VOCABULARY) == [b"mug"]
    assert [len(data[0][name]) for name in (features.ITEM_WORDS, features.ITEM_CATEGORY_WORDS)] == [0, 0]
    assert len(data[0][features.ITEM_ATTRIBUTES]) == len(data[0][features.CONTEXT]) == 0


def test_no_user_is_padding(transformed):
    data, _ = transformed
    assert data[0][features.USER] == 0 and data[0][features.QUERY_WORDS].tolist() == [0, 0]
