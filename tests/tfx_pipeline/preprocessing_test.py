"""The preprocessing_fn on real Beam, with every index worked out by hand."""

import dataclasses
import math

import numpy as np
import pytest
import tensorflow as tf

from schemas import features
from tests.support.exported_retriever import RAW_SPEC, analyzed
from tfx_pipeline.config.loading import as_dict
from tfx_pipeline.config.pipeline_config import TransformConfig
from tfx_pipeline.transform import vocabularies

TRANSFORM = TransformConfig(
    words_per_query=2, words_per_title=3, words_per_category_path=2, category_levels=2, context=("device", "hour")
)
CUSTOM_CONFIG = {
    "transform": as_dict(TRANSFORM),
    **dict.fromkeys(("recommendation_history", "search_history", "items_per_session"), 2),
    "timezone": "UTC",
    "attributes": ["brand", "colour"],
    "attributes_of_users": [],
    "numbers": [],
    "numbers_of_users": [],
    "vectors": False,
}
FEW_WORDS = TransformConfig(words_per_query=2, words_per_title=3, category_levels=0)
FEW = CUSTOM_CONFIG | {"attributes": []}
"""Settings of few vocabularies, each of which takes a second and more."""
CATALOG = [
    dict(
        item_id=[b"a"], title=[b"Red MUG"], categories=[b"Kitchen & More", b"mugs"],
        attributes=[b"COKA", b""], engagements=[3],
    ),
    dict(
        item_id=[b"b"], title=[b"blue mug, large and round"], categories=[b"Kitchen & More"],
        attributes=[b"COKA", b"red"], engagements=[0],
    ),
    dict(item_id=[b"c"], title=[b""]),
]  # fmt: skip
TRAIN = [
    dict(
        user_id=[b"u1"], surface=[b"search"], query=[b"MUG"], timestamp_ms=[5],
        context_values=[b"city=Rome", b"device=phone"],
        candidates=[b"b", b"c"], labels=[1.0, 0.0],
        history_kinds=[1, 2], history_item_counts=[1, 1], history_items=[b"c", b"a"], history_queries=[b"red thing"],
    ),
    dict(
        user_id=[b"u1"], surface=[b"recommendation"], timestamp_ms=[23 * 3_600_000],
        candidates=[b"b", b"a"], labels=[1.0, 0.0],
    ),
    dict(user_id=[b"u2"], surface=[b"recommendation"], timestamp_ms=[7], candidates=[b"c", b"x"], labels=[1.0, 0.0]),
]  # fmt: skip


@pytest.fixture(scope="module")
def transformed(tmp_path_factory):
    return analyzed(tmp_path_factory.mktemp("transformed"), CATALOG + TRAIN, CUSTOM_CONFIG)


@pytest.fixture(scope="module")
def words(transformed):
    """The index of each word."""
    _, output = transformed
    return {word.decode(): 1 + place for place, word in enumerate(output.vocabulary_by_name(features.WORD_VOCABULARY))}


@pytest.fixture
def ask(transformed):
    """Transforms an example whose strings are all `?` and whose numbers are all 1, but for what is given."""

    def ask(**given):
        raw = {name: ["?"] if spec.dtype == tf.string else [1] for name, spec in RAW_SPEC.items()} | given
        dtypes = {name: spec.dtype for name, spec in RAW_SPEC.items()}
        sparse = {name: tf.sparse.from_dense(tf.constant([values], dtypes[name])) for name, values in raw.items()}
        return transformed[1].transform_raw_features(sparse)

    return ask


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


def test_a_search_example_is_transformed(transformed, words):
    example = transformed[0][len(CATALOG)]
    assert example[features.USER] == 1
    assert example[features.SURFACE_INDEX] == 1
    assert example[features.QUERY_WORDS].tolist() == [words["mug"], 0]
    assert example[features.CANDIDATE_ITEMS].tolist() == [1, 2]
    assert example[features.CANDIDATE_LABELS].tolist() == [1.0, 0.0]
    assert example[features.RECOMMENDATION_ITEMS].tolist() == [2, 0]
    assert example[features.RECOMMENDATION_POSITIONS].tolist() == [0, 0]
    # "thing" stands in no title and no query of an example.
    assert example[features.SEARCH_WORDS].tolist() == [[words["red"], len(words) + 1], [0, 0]]
    assert example[features.SEARCH_ITEMS].tolist() == [[3, 0], [0, 0]]
    assert example[features.SEARCH_POSITIONS].tolist() == [1, 0]
    assert example[features.SEARCH_KINDS].tolist() == [1, 0]


def test_items_are_transformed(transformed, words):
    items = transformed[0][:3]
    assert [item[features.ITEM] for item in items] == [3, 1, 2]
    # The first three words of a title; a category path is a text of the same words.
    titles = [["red", "mug"], ["blue", "mug", "large"], []]
    assert [item[features.ITEM_WORDS].tolist() for item in items] == [
        [words[word] for word in title] + [0] * (3 - len(title)) for title in titles
    ]
    path = [words["kitchen"], words["more"]]
    assert [item[features.ITEM_CATEGORY_WORDS].tolist() for item in items] == [path, path, [0, 0]]
    assert [item[features.ITEM_CATEGORIES].tolist() for item in items] == [[1, 1], [1, 0], [0, 0]]
    assert [item[features.ITEM_ATTRIBUTES].tolist() for item in items] == [[1, 0], [1, 1], [0, 0]]
    assert [item[features.ITEM_ENGAGEMENTS] for item in items] == [3, 0, 0]
    # No user is padding.
    assert items[0][features.USER] == 0 and items[0][features.QUERY_WORDS].tolist() == [0, 0]


def test_unknown_users_items_and_words_share_the_last_index(ask, words):
    result = ask(history_kinds=[2], query=["mug Ωmega"])
    assert result[features.USER].numpy().tolist() == [3]
    assert result[features.CANDIDATE_ITEMS].values.numpy().tolist() == [4]
    assert result[features.SEARCH_ITEMS].numpy().tolist() == [[[4, 0], [0, 0]]]
    assert result[features.QUERY_WORDS].numpy().tolist() == [[1, len(words) + 1]]


def test_context_that_training_did_not_know_counts_as_unknown(transformed, ask):
    data, output = transformed
    # Two of the three examples are of the first hour of 1970.
    assert output.vocabulary_by_name(features.context_vocabulary("hour")) == [b"0", b"23"]
    assert output.vocabulary_by_name(features.context_vocabulary("device")) == [b"phone"]
    # 0 for the unknown, 1 for the phone: no index for what is out of vocabulary.
    assert vocabularies.known_rows(output, features.context_vocabulary("device")) == 2
    assert [row[features.CONTEXT].tolist() for row in data[len(CATALOG) :]] == [[1, 1], [0, 2], [0, 1]]
    unknown = ask(history_kinds=[2], timestamp_ms=[7 * 3_600_000], context_values=["device=watch"])
    assert unknown[features.CONTEXT].numpy().tolist() == [[0, 0]]


def test_numbers_and_vectors_of_items_and_users(tmp_path):
    items = [
        dict(item_id=[b"a"], numbers=[1.0, math.nan], vector=[3.0, 4.0]),
        dict(item_id=[b"b"], numbers=[3.0, 7.0], vector=[0.0, -2.0]),
        dict(item_id=[b"c"]),
    ]
    users = [dict(user_id=[b"u1"], user_numbers=[20.0]), dict(user_id=[b"u2"], user_numbers=[40.0])]
    settings = as_dict(dataclasses.replace(FEW_WORDS, number_scale="linear"))
    more = {"transform": settings, "numbers": ["price", "stars"], "numbers_of_users": ["age"], "vectors": True}
    data, output = analyzed(tmp_path, [*items, *users, *TRAIN], FEW | more)
    # Two numbers lie one standard deviation from their mean.
    numbers = [[-1, 1, 0, 0], [1, 1, 0, 1], *[[0] * 4] * 6]
    assert [row[features.ITEM_NUMBERS].tolist() for row in data] == numbers
    ages = [*[[0, 0]] * 3, [-1, 1], [1, 1], *[[0, 0]] * 3]
    assert [row[features.USER_NUMBER_VALUES].tolist() for row in data] == ages
    vectors = [row[features.ITEM_VECTOR].tolist() for row in data]
    np.testing.assert_allclose(vectors[:2], [[0.6, 0.8], [0, -1]], rtol=1e-6)
    assert vectors[2:] == [[]] * 6
    # A request names none of them.
    spec = output.transformed_feature_spec()
    assert (spec[features.ITEM_NUMBERS].shape, spec[features.USER_NUMBER_VALUES].shape) == ([4], [2])


def test_what_is_switched_off_takes_no_room(tmp_path):
    settings = as_dict(TransformConfig(words_per_query=2, words_per_title=0, category_levels=2))
    data, output = analyzed(tmp_path, CATALOG + TRAIN, CUSTOM_CONFIG | {"transform": settings, "attributes": []})
    assert output.vocabulary_by_name(features.WORD_VOCABULARY) == [b"mug"]
    there = (features.ITEM_NUMBERS, features.ITEM_VECTOR, features.USER_NUMBER_VALUES, features.USER_ATTRIBUTE_INDICES)
    assert not set(there) & set(data[0])
    nothing = (features.ITEM_WORDS, features.ITEM_CATEGORY_WORDS, features.ITEM_ATTRIBUTES, features.CONTEXT)
    assert [len(data[0][name]) for name in nothing] == [0] * 4


def test_words_can_become_pieces(tmp_path):
    """Then each word has ten places: a misspelt query shares pieces with the titles that training saw."""
    transform = dataclasses.replace(FEW_WORDS, tokenizer="character_ngrams")
    examples, output = analyzed(tmp_path, CATALOG + TRAIN, FEW | {"transform": as_dict(transform)})
    # "mug" is itself and three pieces.
    mug = examples[len(CATALOG)][features.QUERY_WORDS].tolist()
    assert len(mug) == 20 and all(mug[:4]) and not any(mug[4:])
    assert set(mug[:4]) <= set(examples[0][features.ITEM_WORDS].tolist())
    unknown = vocabularies.table_rows(output, features.WORD_VOCABULARY) - 1
    typed = tf.sparse.from_dense([["mugg"]])
    empty = {name: _none(spec.dtype) for name, spec in RAW_SPEC.items()}
    misspelt = output.transform_raw_features(empty | {features.QUERY: typed})[features.QUERY_WORDS].numpy()[0].tolist()
    # <mugg>, <mu, mug, ugg, gg>: two are known.
    assert misspelt[:5] == [unknown, mug[1], mug[2], unknown, unknown]


def test_words_can_be_corrected_and_joined_to_their_kin(tmp_path):
    """In queries and titles alike words become their group's; but only what somebody typed is corrected."""
    titles = ["red mug", "umbrella", "pots pot", "cup cups", "bag bags", "hat hats", "pan pans"]
    items = [dict(item_id=[f"i{number}".encode()], title=[title.encode()]) for number, title in enumerate(titles)]
    settings = dataclasses.replace(FEW_WORDS, words_per_query=3, correct_spelling=True, join_word_forms=True)
    rows, output = analyzed(tmp_path, items + TRAIN, FEW | {"transform": as_dict(settings)})
    words = {1 + place: word.decode() for place, word in enumerate(output.vocabulary_by_name(features.WORD_VOCABULARY))}
    words |= {0: "", len(words) + 1: "?"}
    empty = {name: _none(spec.dtype) for name, spec in RAW_SPEC.items()}

    def read(indices):
        return " ".join(words[index] for index in indices.tolist()).strip()

    def read_raw(raw, made):
        given = {raw: tf.sparse.from_dense([[text] for text in asked])}
        return [read(row) for row in output.transform_raw_features(empty | given)[made].numpy()]

    asked = ["red mgu", "umbrela", "umbrellas mugs", "umberllas", "pots cup hats", "hast 12", "?!", "zzzz"]
    assert read_raw(features.QUERY, features.QUERY_WORDS) == [
        "red mug", "umbrella", "umbrella mug", "umbrella", "pot cup hat", "hat ?", "", "?"
    ]  # fmt: skip
    assert read_raw(features.TITLE, features.ITEM_WORDS) == [
        "red ?", "?", "umbrella mug", "?", "pot cup hat", "? ?", "", "?"
    ]  # fmt: skip
    assert [read(row[features.ITEM_WORDS]) for row in rows[2:4]] == ["pot pot", "cup cup"]


def test_kin_can_be_joined_without_correcting(tmp_path):
    titles = ["umbrella", "pots pot", "cup cups", "bag bags", "hat hats", "pan pans"]
    items = [dict(item_id=[f"i{number}".encode()], title=[title.encode()]) for number, title in enumerate(titles)]
    settings = dataclasses.replace(FEW_WORDS, join_word_forms=True)
    _, output = analyzed(tmp_path, items + TRAIN, FEW | {"transform": as_dict(settings)})
    words = {1 + place: word.decode() for place, word in enumerate(output.vocabulary_by_name(features.WORD_VOCABULARY))}
    asked = {features.QUERY: tf.sparse.from_dense([["potts mugs"]])}
    raw = {name: _none(spec.dtype) for name, spec in RAW_SPEC.items()} | asked
    typed = output.transform_raw_features(raw)[features.QUERY_WORDS].numpy()[0].tolist()
    assert [words.get(index, "?") for index in typed] == ["?", "mug"]


def test_pieces_can_be_learned_from_the_log(tmp_path):
    """What only histories and candidates' rows show does not count, as for words. Each word then has three places."""
    transform = dataclasses.replace(FEW_WORDS, tokenizer="subwords", subwords=400)
    examples, output = analyzed(tmp_path, CATALOG + TRAIN, FEW | {"transform": as_dict(transform)})
    vocabulary = [piece.decode() for piece in output.vocabulary_by_name(features.WORD_VOCABULARY)]
    assert {"mug", "red", "large"} <= set(vocabulary) and "thing" not in vocabulary

    def numbers(*pieces):
        return [1 + vocabulary.index(piece) for piece in pieces]

    mug = examples[len(CATALOG)][features.QUERY_WORDS].tolist()
    assert mug == [*numbers("mug"), 0, 0, 0, 0, 0]
    assert examples[0][features.ITEM_WORDS].tolist()[:2] == numbers("red", "mug")
    typed = tf.sparse.from_dense([["Mugred"]])
    empty = {name: _none(spec.dtype) for name, spec in RAW_SPEC.items()}
    misspelt = output.transform_raw_features(empty | {features.QUERY: typed})[features.QUERY_WORDS].numpy()[0].tolist()
    assert misspelt[0] == numbers("mug")[0] and len(misspelt) == 6


def _none(dtype):
    return tf.SparseTensor(tf.zeros([0, 2], tf.int64), tf.zeros([0], dtype), [1, 0])


def test_weights_are_those_of_the_examples_and_1_for_a_row_without_one(tmp_path):
    first = {**TRAIN[0], features.WEIGHT: [2.5], features.HISTORY_WEIGHTS: [0.5, 7.0]}
    rows = [first, {**TRAIN[1], features.WEIGHT: [0.0]}, TRAIN[2]]
    data, output = analyzed(tmp_path, rows, FEW | {"transform": as_dict(FEW_WORDS), "with_weights": True})
    spec = output.transformed_feature_spec()[features.EXAMPLE_WEIGHT]
    assert spec == tf.io.FixedLenFeature([], tf.float32)
    assert [float(row[features.EXAMPLE_WEIGHT]) for row in data] == [2.5, 0.0, 1.0]
    # Its history is c in the feed, then a search with a.
    assert [row[features.RECOMMENDATION_WEIGHTS].tolist() for row in data] == [[0.5, 0.0], [0.0, 0.0], [0.0, 0.0]]
    assert data[0][features.SEARCH_WEIGHTS].tolist() == [[7.0, 0.0], [0.0, 0.0]]
    shapes = [
        output.transformed_feature_spec()[name].shape for name in (features.SEARCH_WEIGHTS, features.SEARCH_ITEMS)
    ]
    assert shapes[0] == shapes[1]
    # A request has none.
    raw = {name: tf.sparse.from_dense(tf.zeros([1, 0], spec.dtype)) for name, spec in RAW_SPEC.items()}
    for name in (features.SURFACE, features.HISTORY_KINDS, features.HISTORY_ITEM_COUNTS, features.HISTORY_ITEMS):
        given = {features.SURFACE: "search", features.HISTORY_ITEMS: "c"}.get(name, 1)
        raw[name] = tf.sparse.from_dense(tf.constant([[given]]))
    raw = {name: tf.cast(value, tf.int64) if value.dtype == tf.int32 else value for name, value in raw.items()}
    told = output.transform_raw_features(raw)
    assert told[features.RECOMMENDATION_WEIGHTS].numpy().tolist() == [[1.0, 0.0]]


def test_without_weights_there_is_no_such_feature(transformed):
    weights = {features.EXAMPLE_WEIGHT, features.RECOMMENDATION_WEIGHTS, features.SEARCH_WEIGHTS}
    assert not weights & {*transformed[1].transformed_feature_spec()}
