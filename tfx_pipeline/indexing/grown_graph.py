"""A Transform output whose vocabularies go on with what items have that training did not know."""

import importlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import apache_beam as beam
import tensorflow as tf
import tensorflow_transform as tft
from tensorflow_transform import analyzers, common
from tensorflow_transform.tf_metadata import dataset_metadata, metadata_io, schema_utils

from schemas import features
from schemas.word_splitting import SUBWORDS, WORDS
from tfx_pipeline.preprocessing import preprocessing_fn
from tfx_pipeline.transform import vocabularies, vocabulary_counts
from tfx_pipeline.transform.words import word_forms

_NO_VALUE = analyzers.get_empy_vocabulary_dummy_value(tf.string)[1]


def new_values(
    files: Sequence[str], output: tft.TFTransformOutput, transform_config: Mapping[str, Any]
) -> dict[str, list[bytes]]:
    """Finds what items have that a Transform output does not know: ids, words, categories, attributes.

    They are counted as the Transform counts them. `transform.max_words` and `min_word_count` bound the words here, too;
    `max_items` bounds nothing.

    Args:
        files: Gzipped TFRecord files of items, as BehaviourExampleGen writes them.
        output: The Transform output.
        transform_config: What its preprocessing function was given.

    Returns:
        By vocabulary, the values that it lacks, the most frequent first.
    """
    found = {}
    for name, values in _counted(files, output, transform_config).items():
        known = set(output.vocabulary_by_name(name))
        new = [value for value in values if value not in known and value != _NO_VALUE]
        most = transform_config["transform"]["max_words"] if name == features.WORD_VOCABULARY else 0
        found[name] = new[: max(most - len(known), 0)] if most else new
    return {name: new for name, new in found.items() if new}


def grown(
    output: tft.TFTransformOutput,
    further: Mapping[str, Sequence[bytes]],
    folder: str,
    transform_config: Mapping[str, Any],
) -> tft.TFTransformOutput:
    """Copies a Transform output and lets its vocabularies go on with further values.

    Every known value keeps its index. The further ones follow, and the index of unknown values follows them, because
    the graph takes it from the length of the vocabulary.

    Args:
        output: The Transform output of a training.
        further: By vocabulary, values that it does not know.
        folder: An empty local folder for the copy.
        transform_config: What its preprocessing function was given.
    """
    root = output.transform_savedmodel_dir.rstrip("/").rpartition("/")[0]
    for path in _files(root):
        copy = os.path.join(folder, os.path.relpath(path, root))
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        tf.io.gfile.copy(path, copy)
    copied = tft.TFTransformOutput(folder)
    whole = {name: [*copied.vocabulary_by_name(name), *values] for name, values in further.items()}
    for name, values in whole.items():
        _write(str(copied.vocabulary_file_by_name(name)), values)
    forms = copied.vocabulary_file_by_name(word_forms.FILE)
    if forms and features.WORD_VOCABULARY in whole:
        _grow_forms(str(forms), whole[features.WORD_VOCABULARY], transform_config["transform"])
    _annotate(copied, {name: len(values) for name, values in whole.items()})
    return tft.TFTransformOutput(folder)


def one_process() -> beam.Pipeline:
    """A Beam pipeline of one process: a catalogue is small beside a log."""
    options = ["--direct_running_mode=in_memory", "--direct_num_workers=1"]
    return beam.Pipeline(options=beam.options.pipeline_options.PipelineOptions(options))


def _counted(
    files: Sequence[str], output: tft.TFTransformOutput, transform_config: Mapping[str, Any]
) -> dict[str, list[bytes]]:
    """The values of each vocabulary that the items have, the most frequent first."""
    transform = {**transform_config["transform"], **dict.fromkeys(("max_users", "max_items", "max_words"), 0)}
    if transform["tokenizer"] == SUBWORDS:  # Its pieces make up every word, so that none is new.
        transform |= {"tokenizer": WORDS, "words_per_title": 0, "words_per_category_path": 0}

    def counting_fn(inputs: dict[str, tf.SparseTensor], build: vocabularies.Build) -> dict[str, tf.Tensor]:
        return preprocessing_fn(inputs, {**transform_config, "transform": transform}, build)

    spec = schema_utils.schema_as_feature_spec(output.raw_metadata.schema).feature_spec
    graph = vocabulary_counts.counting_graph(counting_fn, spec)
    with tempfile.TemporaryDirectory() as folder:
        with one_process() as pipeline:
            vocabulary_counts.write(pipeline | "Files" >> beam.Create(list(files)), graph, folder)
        return {field.name: _lines(vocabularies.counted_file(folder, field.name)) for field in graph.fields}


def _grow_forms(path: str, words: Sequence[bytes], transform: Mapping[str, Any]) -> None:
    """Lets the forms of words go on with those of further words; a form that is known means what it meant."""
    lines = _lines(path)
    known = {word_forms.form_of(line.decode()) for line in lines}
    texts = [word.decode() for word in words]
    of_all = word_forms.known_forms(texts, transform["correct_spelling"], transform["join_word_forms"])
    _write(path, [*lines, *(line.encode() for line in of_all if word_forms.form_of(line) not in known)])


def _lines(path: str) -> list[bytes]:
    with open(path, "rb") as file:
        return file.read().removesuffix(b"\n").split(b"\n")


def _write(path: str, lines: Iterable[bytes]) -> None:
    with open(path, "wb") as file:
        file.write(b"".join(line + b"\n" for line in lines))


def _files(folder: str) -> Iterator[str]:
    for parent, _, names in tf.io.gfile.walk(folder):
        yield from (os.path.join(parent, name) for name in names)


def _annotate(output: tft.TFTransformOutput, sizes: Mapping[str, int]) -> None:
    """Corrects the sizes of vocabularies, where TensorFlow Transform has noted them."""
    if not common.IS_ANNOTATIONS_PB_AVAILABLE:  # Then it reads none either.
        return
    annotations = importlib.import_module("tensorflow_transform.annotations_pb2")
    schema = output.transformed_metadata.schema
    noted = False
    for annotation in schema.annotation.extra_metadata:
        vocabulary = annotations.VocabularyMetadata()
        if annotation.Unpack(vocabulary) and vocabulary.file_name in sizes:
            vocabulary.filtered_vocabulary_size = sizes[vocabulary.file_name]
            annotation.Pack(vocabulary)
            noted = True
    if noted:
        metadata_io.write_metadata(
            dataset_metadata.DatasetMetadata(schema),
            os.path.join(os.path.dirname(output.transform_savedmodel_dir), output.TRANSFORMED_METADATA_DIR),
        )
