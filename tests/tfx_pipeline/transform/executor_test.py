"""Our executor against TFX's own: the same vocabularies, the same graph's outputs, the same examples."""

import dataclasses
import math

import pytest
import tensorflow as tf
import tensorflow_transform as tft
from tfx import v1 as tfx
from tfx.components.transform import executor as tfx_executor
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import artifact_utils, channel_utils, standard_artifacts

from schemas import behaviour_schema, features
from schemas.canonical_event import Surface, Token
from schemas.word_splitting import SUBWORDS
from tests.support.behaviour_examples import behaviour_example, write_examples
from tfx_pipeline.config.loading import as_dict
from tfx_pipeline.config.pipeline_config import TransformConfig
from tfx_pipeline.transform.component import Transform
from tfx_pipeline.transform.words import subwords, word_forms

TRANSFORM = TransformConfig(
    max_items=3, words_per_query=2, words_per_title=3, category_levels=2, context=("hour", "device")
)
VOCABULARIES = (
    *("users", "items", "words", "categories_0", "categories_1"),
    *("context_of_hour", "context_of_device", "attributes_0"),
)
WITH_FORMS = dataclasses.replace(TRANSFORM, correct_spelling=True, join_word_forms=True)
SETTINGS = {
    **dict.fromkeys(("recommendation_history", "search_history", "items_per_session"), 2),
    "timezone": "UTC",
    "attributes": ["brand"],
    "attributes_of_users": [],
    "numbers": [],
    "numbers_of_users": [],
    "vectors": False,
}
HISTORY = (Token(Surface.RECOMMENDATION, ("a",)), Token(Surface.SEARCH, ("b", "c"), "red mug"))


FLOATS = {features.ITEM_NUMBERS}
"""The features whose values are scaled, so that they are equal only nearly."""


def item(name, title, *categories, price=math.nan):
    values = {
        features.ITEM_ID: tf.train.Feature(bytes_list=tf.train.BytesList(value=[name.encode()])),
        features.TITLE: tf.train.Feature(bytes_list=tf.train.BytesList(value=[title.encode()])),
        features.CATEGORIES: tf.train.Feature(bytes_list=tf.train.BytesList(value=[c.encode() for c in categories])),
        features.NUMBERS: tf.train.Feature(float_list=tf.train.FloatList(value=[price])),
    }
    return tf.train.Example(features=tf.train.Features(feature=values)).SerializeToString()


FILES = {
    "train": [
        [
            behaviour_example(["a", "b"], user="u1"),
            behaviour_example(["c", "a"], surface=Surface.SEARCH, query="Red mug", user="u2", history=HISTORY),
        ],
        [behaviour_example(["c", "strange"], user="u2", history=HISTORY)],
    ],
    "validation": [[behaviour_example(["b", "a"], user="a stranger", query="mug blue", surface=Surface.SEARCH)]],
    "catalog": [
        [
            item("a", "Red mug", "Home", "mugs", price=3.0),
            item("b", "big blue mug", "Home", price=5.0),
            item("c", "", "Garden", "mugs"),
            item("d", "red lamp", price=1.0),
        ]
    ],
}
"""The examples of each split, by file."""


def artifact(kind, folder):
    made = kind()
    made.uri = str(folder)
    return made


def run(executor, transform, settings, folder):
    """Runs an executor on the files; gives its output and the transformed examples of each split."""
    examples = artifact(standard_artifacts.Examples, folder / "examples")
    examples.split_names = artifact_utils.encode_split_names(list(FILES))
    examples.set_string_custom_property("payload_format", "FORMAT_TF_EXAMPLE")
    examples.set_string_custom_property("file_format", "tfrecords_gzip")
    for split, files in FILES.items():
        for number, rows in enumerate(files):
            write_examples(folder / "examples" / f"Split-{split}" / f"data-{number}.gz", rows)
    schema = artifact(standard_artifacts.Schema, folder / "schema")
    tf.io.gfile.makedirs(schema.uri)
    tf.io.gfile.copy(str(behaviour_schema.BEHAVIOUR_SCHEMA_PATH), f"{schema.uri}/schema.pbtxt")
    node = Transform(
        examples=channel_utils.as_channel([examples]),
        schema=channel_utils.as_channel([schema]),
        preprocessing_fn="tfx_pipeline.preprocessing.preprocessing_fn",
        splits_config=tfx.proto.SplitsConfig(
            analyze=["train", "catalog"], transform=["train", "validation", "catalog"]
        ),
        custom_config={"transform": as_dict(transform), **SETTINGS, **settings},
        disable_statistics=True,
        disable_analyzer_cache=True,
    )
    outputs = {key: [artifact(channel.type, folder / key)] for key, channel in node.outputs.items()}
    context = BaseBeamExecutor.Context(beam_pipeline_args=["--direct_running_mode=in_memory", "--direct_num_workers=1"])
    executor = executor or node.executor_spec.executor_class
    executor(context).Do({"examples": [examples], "schema": [schema]}, outputs, node.exec_properties)
    (transformed,), (graph,) = outputs["transformed_examples"], outputs["transform_graph"]
    assert set(artifact_utils.decode_split_names(transformed.split_names)) == set(FILES)
    rows = {}
    for split in FILES:
        paths = sorted(tf.io.gfile.glob(f"{artifact_utils.get_split_uri([transformed], split)}/*"))
        assert paths
        records = tf.data.TFRecordDataset(paths, "GZIP").as_numpy_iterator()
        examples_of_split = [tf.train.Example.FromString(record).features.feature for record in records]
        rows[split] = [{name: values(each[name]) for name in each} for each in examples_of_split]
    return tft.TFTransformOutput(graph.uri), rows


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """What TFX's own executor makes, with a number of each item."""
    return run(tfx_executor.Executor, WITH_FORMS, {"numbers": ["price"]}, tmp_path_factory.mktemp("theirs"))


@pytest.mark.parametrize("numbers", [[], ["price"]])
def test_its_output_is_that_of_tfx(tmp_path, theirs, numbers):
    output, rows = run(None, WITH_FORMS, {"numbers": numbers}, tmp_path)
    their_output, their_rows = theirs
    left_out = set() if numbers else {features.ITEM_NUMBERS}

    spec = their_output.transformed_feature_spec()
    assert output.transformed_feature_spec() == {name: spec[name] for name in spec.keys() - left_out}
    assert output.raw_feature_spec() == their_output.raw_feature_spec()
    for name in VOCABULARIES:
        assert output.vocabulary_by_name(name) == their_output.vocabulary_by_name(name), name
        assert output.vocabulary_size_by_name(name) == their_output.vocabulary_size_by_name(name), name
    # What is made of a vocabulary is the same; ours needs no analysis of Transform's own for it.
    assert output.vocabulary_by_name(word_forms.FILE) == their_output.vocabulary_by_name(word_forms.FILE)
    assert [line for line in output.vocabulary_by_name(word_forms.FILE) if line.startswith(b"m?g")] == []
    assert {split: len(of_split) for split, of_split in rows.items()} == {"train": 3, "validation": 1, "catalog": 4}
    for split, of_split in rows.items():
        wanted = [{name: each[name] for name in each.keys() - left_out} for each in their_rows[split]]
        # TFX reads files in no order, and a mean's last digit depends on it.
        for row, their_row in zip(sorted(of_split, key=in_order), sorted(wanted, key=in_order), strict=True):
            assert in_order(row) == in_order(their_row), split
            for name in row.keys() & FLOATS:
                assert row[name] == pytest.approx(their_row[name], abs=1e-5), name
    # Ours keep theirs. Items by clicks: c (2), a (1), and of b and d, which nobody clicked, the latter; the candidates
    # are a and b, c and a, c and what no catalogue has.
    assert [row[features.CANDIDATE_ITEMS] for row in rows["train"]] == [[2, 4], [1, 2], [1, 4]]
    # Nothing is left of what was made on the way.
    assert {path.name for path in (tmp_path / "transform_graph").iterdir()} == {
        "metadata",
        "transform_fn",
        "transformed_metadata",
    }


def test_subwords_are_learned(tmp_path):
    transform = dataclasses.replace(TRANSFORM, tokenizer=SUBWORDS, subwords=40)
    output, rows = run(None, transform, {}, tmp_path)
    assert b"mug" in output.vocabulary_by_name(subwords.FILE)
    assert b"mug" in output.vocabulary_by_name(features.WORD_VOCABULARY)
    assert {split: len(of_split) for split, of_split in rows.items()} == {"train": 3, "validation": 1, "catalog": 4}


def values(feature):
    """A feature's values, whatever their kind."""
    kind = feature.WhichOneof("kind")
    return list(getattr(feature, kind).value) if kind else []


def in_order(row):
    """A row's features by name, but for the numbers, which are equal only nearly."""
    return sorted((name, of_name) for name, of_name in row.items() if name not in FLOATS)
