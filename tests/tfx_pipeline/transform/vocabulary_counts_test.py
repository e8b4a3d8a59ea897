"""Which values become vocabularies, in which order, worked out by hand."""

import apache_beam as beam
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from tests.support.behaviour_examples import write_examples
from tests.support.raw_files import make_pipeline
from tfx_pipeline.transform import vocabularies, vocabulary_counts
from tfx_pipeline.transform.vocabularies import lookup

SPEC = {name: tf.io.VarLenFeature(tf.string) for name in ("colours", "sizes", "unread")}
FILES = (
    [["red", "blue"], ["red", "", "two\nlines", "a\rreturn"], []],
    [["green", "blue"], ["été", "grün"], ["grün", "grün"]],
)
"""Of two files, the colours of each row. In all: 3 grün, 2 red, 2 blue, 1 green, 1 été."""


def example(colours):
    values = {
        "colours": [colour.encode() for colour in colours],
        "unread": [b"x"],
    }
    features = {name: tf.train.Feature(bytes_list=tf.train.BytesList(value=each)) for name, each in values.items()}
    return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()


@pytest.fixture
def files(tmp_path):
    return [
        write_examples(tmp_path / f"{number}.gz", [example(colours) for colours in rows])
        for number, rows in enumerate(FILES)
    ]


def vocabularies_of(preprocessing_fn, files, folder, workers=1):
    """The lines of each vocabulary's file, by its name."""
    folder.mkdir()
    graph = vocabulary_counts.counting_graph(preprocessing_fn, SPEC)
    with make_pipeline(workers) as pipeline:
        vocabulary_counts.write(pipeline | beam.Create(files), graph, str(folder))
    return {path.name: path.read_text(encoding="utf-8").splitlines() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        # Of values that occur equally often, the last by their bytes comes first: the bytes of é lie behind all of g.
        ({}, ["grün", "red", "blue", "été", "green"]),
        ({"top_k": 2}, ["grün", "red"]),
        ({"top_k": 9}, ["grün", "red", "blue", "été", "green"]),
        ({"min_count": 2}, ["grün", "red", "blue"]),
        ({"min_count": 3}, ["grün"]),
        ({"min_count": 2, "top_k": 1}, ["grün"]),
    ],
)
@pytest.mark.parametrize("workers", [1, 2])
def test_the_most_frequent_values_of_all_files_come_first(files, tmp_path, options, lines, workers):
    def preprocessing_fn(inputs, build):
        build(inputs["colours"], "of colours", **options)

    # As Transform names files.
    assert vocabularies_of(preprocessing_fn, files, tmp_path / "counted", workers) == {"of-colours": lines}


def test_what_a_worker_sends_on_early_counts_once(files, tmp_path, monkeypatch):
    monkeypatch.setattr(vocabulary_counts, "_HELD", 1)
    monkeypatch.setattr(vocabulary_counts, "_BATCH", 1)

    def preprocessing_fn(inputs, build):
        build(inputs["colours"], "colours")

    counted = vocabularies_of(preprocessing_fn, files, tmp_path / "counted")
    assert counted["colours"] == ["grün", "red", "blue", "été", "green"]


def test_dense_and_ragged_values_are_counted_too(files, tmp_path):
    def preprocessing_fn(inputs, build):
        build(tf.sparse.to_dense(inputs["colours"]), "dense", 2)
        build(tf.strings.split(inputs["colours"].values), "ragged")

    # At white space, "two\nlines" falls into two words and "a\rreturn" too.
    words = ["grün", "red", "blue", "été", "two", "return", "lines", "green", "a"]
    assert vocabularies_of(preprocessing_fn, files, tmp_path / "counted") == {"dense": ["grün", "red"], "ragged": words}


def test_a_vocabulary_without_values_can_be_looked_up_in(files, tmp_path):
    def preprocessing_fn(inputs, build):
        build(inputs["sizes"], "sizes")
        build(inputs["colours"], "colours", min_count=4)

    counted = vocabularies_of(preprocessing_fn, files, tmp_path / "counted")
    # One line that no log has; what TFX writes.
    assert {name: len(lines) for name, lines in counted.items()} == {"sizes": 1, "colours": 1}
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        found = lookup(tf.constant(["red", ""]), str(tmp_path / "counted" / "sizes"))
        session.run(tf.compat.v1.tables_initializer())
        assert session.run(found).tolist() == [2, 0]


def test_all_is_left_to_transform_where_a_vocabulary_depends_on_another_analysis():
    def preprocessing_fn(inputs, build):
        build(inputs["colours"], "colours")
        longest = tft.max(tf.strings.length(inputs["sizes"].values))
        build(tf.strings.substr(inputs["sizes"].values, 0, longest), "shortened")

    graph = vocabulary_counts.counting_graph(preprocessing_fn, SPEC)
    assert (graph.fields, graph.is_all) == ([], False)


def test_an_analysis_beside_the_vocabularies_leaves_them_be():
    def preprocessing_fn(inputs, build):
        build(inputs["colours"], "colours")
        tft.max(tf.strings.length(inputs["sizes"].values))

    graph = vocabulary_counts.counting_graph(preprocessing_fn, SPEC)
    assert ([field.name for field in graph.fields], graph.is_all) == (["colours"], False)
    # Of the records nothing is parsed that is not counted.
    assert set(graph.inputs) == {"colours"}


def test_without_another_analysis_nothing_is_left():
    def preprocessing_fn(inputs, build):
        vocabulary = build(inputs["colours"], "colours")
        # A lookup in the midst of counting finds nothing and fails for nothing.
        assert lookup(inputs["colours"].values, vocabulary).dtype == tf.int64
        build(tf.strings.lower(inputs["sizes"].values), "sizes")

    graph = vocabulary_counts.counting_graph(preprocessing_fn, SPEC)
    assert graph.is_all
    assert set(graph.inputs) == {"colours", "sizes"}


def test_counted_files_take_the_place_of_what_transform_would_count(monkeypatch):
    monkeypatch.setattr(vocabularies, "build", lambda values, *settings: (values, *settings))
    counted = vocabularies.CountedFiles("folder", ["colours"])
    assert counted("values", "colours", 3) == "folder/colours"
    assert vocabularies.CountedFiles("folder", ["a / b"])("values", "a / b") == "folder/a-_-b"
    assert counted("values", "sizes", 3, min_count=2) == ("values", "sizes", 3, 2)
