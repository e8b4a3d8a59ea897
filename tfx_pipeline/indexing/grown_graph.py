"""A Transform output whose vocabulary of items goes on with items that training did not know."""

import importlib
import os
from collections.abc import Iterator, Sequence

import tensorflow as tf
import tensorflow_transform as tft
from tensorflow_transform import common
from tensorflow_transform.tf_metadata import dataset_metadata, metadata_io

from schemas import features


def new_items(files: Sequence[str], output: tft.TFTransformOutput) -> list[bytes]:
    """Finds the items that a Transform output does not know.

    Args:
        files: Gzipped TFRecord files of items, as BehaviourExampleGen writes them.
        output: The Transform output.

    Returns:
        Their ids in the order of the files, each once.
    """
    known = set(output.vocabulary_by_name(features.ITEM_VOCABULARY))
    found: dict[bytes, None] = {}
    for record in tf.data.TFRecordDataset(list(files), "GZIP").as_numpy_iterator():
        item = tf.train.Example.FromString(record).features.feature[features.ITEM_ID].bytes_list.value[0]
        if item not in known:
            found[item] = None
    return list(found)


def grown(output: tft.TFTransformOutput, items: Sequence[bytes], folder: str) -> tft.TFTransformOutput:
    """Copies a Transform output and lets its vocabulary of items go on with further ones.

    Every known item keeps its index. The further ones follow, and the index of unknown items follows them, because the
    graph takes it from the length of the vocabulary. All other vocabularies stay: a word, a category or a brand that
    training did not know is still unknown.

    Args:
        output: The Transform output of a training.
        items: The ids of items that it does not know.
        folder: An empty local folder for the copy.
    """
    root = output.transform_savedmodel_dir.rstrip("/").rpartition("/")[0]
    for path in _files(root):
        copy = os.path.join(folder, os.path.relpath(path, root))
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        tf.io.gfile.copy(path, copy)
    copied = tft.TFTransformOutput(folder)
    path = str(copied.vocabulary_file_by_name(features.ITEM_VOCABULARY))
    known = copied.vocabulary_by_name(features.ITEM_VOCABULARY)
    with open(path, "wb") as file:
        file.write(b"".join(item + b"\n" for item in (*known, *items)))
    _annotate(copied, len(known) + len(items))
    return tft.TFTransformOutput(folder)


def _files(folder: str) -> Iterator[str]:
    for parent, _, names in tf.io.gfile.walk(folder):
        yield from (os.path.join(parent, name) for name in names)


def _annotate(output: tft.TFTransformOutput, size: int) -> None:
    """Corrects the size of the vocabulary of items, where TensorFlow Transform has noted one."""
    if not common.IS_ANNOTATIONS_PB_AVAILABLE:  # Then it reads none either.
        return
    annotations = importlib.import_module("tensorflow_transform.annotations_pb2")
    schema = output.transformed_metadata.schema
    noted = False
    for annotation in schema.annotation.extra_metadata:
        vocabulary = annotations.VocabularyMetadata()
        if annotation.Unpack(vocabulary) and vocabulary.file_name == features.ITEM_VOCABULARY:
            vocabulary.filtered_vocabulary_size = size
            annotation.Pack(vocabulary)
            noted = True
    if noted:
        metadata_io.write_metadata(
            dataset_metadata.DatasetMetadata(schema),
            os.path.join(os.path.dirname(output.transform_savedmodel_dir), output.TRANSFORMED_METADATA_DIR),
        )
