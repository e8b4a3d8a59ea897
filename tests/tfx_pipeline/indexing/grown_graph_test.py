"""Transform outputs that go on with what new items have, through real Transform graphs."""

import functools
from pathlib import Path

import pytest
import tensorflow as tf
import tensorflow_transform as tft

from schemas import features
from schemas.canonical_event import Surface
from tests.support.behaviour_examples import write_examples
from tests.support.exported_retriever import RAW_SPEC, analyzed
from tfx_pipeline.config.loading import as_dict
from tfx_pipeline.config.pipeline_config import TransformConfig
from tfx_pipeline.export.serving_transform import ServingTransform
from tfx_pipeline.indexing import grown_graph
from tfx_pipeline.transform import vocabularies
from tfx_pipeline.transform.words import word_forms

SHELF = ("mug", "lamp", "clock", "plate", "candle")
"""Each stands in the plural, too, so that the log teaches the ending."""
PLURALS = [f"{word}s" for word in SHELF]


def settings(**transform):
    return {
        "transform": as_dict(TransformConfig(words_per_query=3, words_per_title=3, category_levels=2, **transform)),
        **dict.fromkeys(("recommendation_history", "search_history", "items_per_session"), 2),
        "timezone": "UTC",
        "attributes": ["brand"],
        **dict.fromkeys(("attributes_of_users", "numbers", "numbers_of_users"), []),
        "vectors": False,
    }


def item(name, title, *categories, brand=b"ours"):
    return {
        features.ITEM_ID: [name.encode()],
        features.TITLE: [title.encode()],
        features.CATEGORIES: [each.encode() for each in categories],
        features.ATTRIBUTES: [brand],
    }


KNOWN = [item(f"item-{place}", f"{word} {word}s", "home") for place, word in enumerate(SHELF)]
NEW = [
    item("größer", "Xylophone mug", "music", "wood", brand=b"theirs"),
    item("item-z", "xylophone violin", "music"),
]
MEANT = {"correct_spelling": True, "join_word_forms": True}


def trained(folder, **transform):
    """The Transform output of the known items, and what its preprocessing function was given."""
    search = {features.SURFACE: [b"search"], features.QUERY: [b"mug"], features.USER_ID: [b"u"]}
    clicks = [search | {features.CANDIDATES: [b"item-0"], features.LABELS: [1.0]}]
    given = settings(**transform)
    return analyzed(folder, [*KNOWN, *clicks], given)[1], given


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("trained"), **MEANT)


def items_file(output, path, rows):
    raw = tft.coders.ExampleProtoCoder(output.raw_metadata.schema)
    return write_examples(path, [raw.encode({each: row.get(each, []) for each in RAW_SPEC}) for row in rows])


@pytest.fixture(scope="module")
def catalogue(known, tmp_path_factory):
    """The raw files of the known items and the new ones."""
    folder = tmp_path_factory.mktemp("catalogue")
    parts = (KNOWN[:3], [NEW[1], *KNOWN[3:]], [NEW[0]])
    return [items_file(known[0], folder / f"{place}.gz", rows) for place, rows in enumerate(parts)]


@pytest.fixture(scope="module")
def grown(known, catalogue, tmp_path_factory):
    output, given = known
    folder = str(tmp_path_factory.mktemp("grown"))
    return grown_graph.grown(output, grown_graph.new_values(catalogue, output, given), folder, given)


@functools.cache
def transform(folder):
    return ServingTransform(tft.TFTransformOutput(folder))


def seen(output, query="", items=()):
    """The indices of a query's words and of items in the graph."""
    raw = {features.SURFACE: [Surface.SEARCH.value], features.QUERY: [query], features.CANDIDATES: items}
    inputs = transform(output.transform_savedmodel_dir.removesuffix("/transform_fn"))(
        {name: tf.sparse.from_dense(tf.constant([values], tf.string)) for name, values in raw.items()}
    )
    return [inputs[name].numpy()[0].tolist() for name in (features.QUERY_WORDS, features.CANDIDATE_ITEMS)]


def test_what_items_have_that_training_did_not_know_is_found_the_most_frequent_first(known, catalogue):
    output, given = known
    found = grown_graph.new_values(catalogue, output, given)
    assert found == {
        # Of equally frequent values the last by their bytes comes first.
        features.ITEM_VOCABULARY: [b"item-z", "größer".encode()],
        features.WORD_VOCABULARY: [b"xylophone", b"violin"],
        features.category_vocabulary(0): [b"music"],
        features.category_vocabulary(1): [b"wood"],
        features.attribute_vocabulary(0): [b"theirs"],
    }
    assert grown_graph.new_values(catalogue[:1], output, given) == {}
    assert grown_graph.new_values([], output, given) == {}


def test_known_values_keep_their_numbers_and_new_ones_follow(known, grown):
    output, _ = known
    ids = [row[features.ITEM_ID][0].decode() for row in KNOWN]
    before, after = (seen(each, "candle clock", [*ids, "item-z", "größer", "never seen"]) for each in (output, grown))
    assert after[0] == before[0]
    assert after[1][:5] == before[1][:5] and sorted(after[1][:5]) == [1, 2, 3, 4, 5]
    assert before[1][5:] == [6, 6, 6]
    assert after[1][5:] == [6, 7, 8]
    # 5 words and their plurals were known; the first level has had a category, the second none, but for TFX's dummy.
    rows = {name: vocabularies.table_rows(grown, name) for name in (features.ITEM_VOCABULARY, features.WORD_VOCABULARY)}
    assert rows == {features.ITEM_VOCABULARY: 5 + 2 + 2, features.WORD_VOCABULARY: 10 + 2 + 2}
    for level, more in ((0, [b"music"]), (1, [b"wood"])):
        name = features.category_vocabulary(level)
        assert grown.vocabulary_by_name(name) == [*output.vocabulary_by_name(name), *more]
        assert vocabularies.table_rows(grown, name) == 1 + 1 + 2
    assert grown.vocabulary_by_name(features.USER_VOCABULARY) == output.vocabulary_by_name(features.USER_VOCABULARY)


def test_a_word_of_a_new_item_is_told_apart_misspelt_too(known, grown):
    output, _ = known
    unknown = vocabularies.table_rows(output, features.WORD_VOCABULARY) - 1
    assert seen(output, "xylophone violin")[0] == [unknown, unknown, 0]
    assert seen(grown, "xylophone violin zither")[0] == [unknown, unknown + 1, unknown + 2]
    assert seen(grown, "Xylophne violins")[0] == [unknown, unknown + 1, 0]
    assert b"xylophone" not in output.vocabulary_by_name(features.WORD_VOCABULARY)
    # What a query meant it means still.
    for query in ("mugs", "lapms", "clocks", "cnadle"):
        assert seen(grown, query) == seen(output, query)


def test_known_forms_mean_what_they_meant(known, grown):
    before, after = (
        [
            line.split("\t")
            for line in Path(each.vocabulary_file_by_name(word_forms.FILE)).read_text("utf-8").split("\n")
        ]
        for each in (known[0], grown)
    )
    assert after[: len(before) - 1] == before[:-1]  # The last line is empty.
    assert len({form for form, *_ in after}) == len(after)
    assert {form for form, *_ in after[len(before) - 1 :]} >= {"xylophone", "violin", "violins", "?iolin"}


def test_without_anything_new_it_is_a_copy(known, tmp_path):
    output, given = known
    copy = grown_graph.grown(output, {}, str(tmp_path / "grown"), given)
    assert seen(copy, "mugs zither", ["item-3", "?"]) == seen(output, "mugs zither", ["item-3", "?"])


@pytest.mark.parametrize(
    ("transform", "words"),
    [
        ({}, [b"xylophone", b"violin"]),
        ({"min_word_count": 2}, [b"xylophone"]),  # It stands in two titles; no known word is in two.
        ({"max_words": 10}, None),
        ({"max_words": 11}, [b"xylophone"]),
        ({"words_per_title": 0}, None),
        ({"tokenizer": "subwords"}, None),  # Known pieces make up every word.
    ],
)
def test_what_bounds_words_in_training_bounds_them_here(known, catalogue, transform, words):
    output, given = known
    bounded = {**given, "transform": given["transform"] | transform}
    found = grown_graph.new_values(catalogue, output, bounded)
    assert found.get(features.WORD_VOCABULARY) == words
    assert len(found[features.ITEM_VOCABULARY]) == 2
