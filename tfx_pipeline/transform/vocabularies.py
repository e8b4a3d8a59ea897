"""Vocabularies with an index for padding and one for the unknown.

All vocabularies number their values alike: 0 is padding, 1 to n are the known values, the most frequent first, and
n + 1 stands for all unknown values. So the table of a vocabulary of n values has n + 2 rows.
"""

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import apache_beam as beam
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tensorflow_transform import analyzers

from schemas import features

_OUT_OF_VOCABULARY_INDICES = 1


def build(values: tf.RaggedTensor | tf.SparseTensor | tf.Tensor, name: str, top_k: int = 0, min_count: int = 1):
    """Counts values over the analysed splits and keeps the frequent ones.

    Args:
        values: string values; empty strings are not counted.
        name: The vocabulary's name in the Transform output.
        top_k: Keeps this many of the most frequent values; 0 keeps all.
        min_count: Keeps the values that occur at least this often.

    Returns:
        The vocabulary, for `lookup`.
    """
    return tft.vocabulary(
        values,
        top_k=top_k or None,
        frequency_threshold=min_count if min_count > 1 else None,
        vocab_filename=name,
    )


class Build(Protocol):
    """Makes a vocabulary, for `lookup`. The parameters are those of `build`."""

    def __call__(
        self, values: tf.RaggedTensor | tf.SparseTensor | tf.Tensor, name: str, top_k: int = 0, min_count: int = 1
    ):
        """Returns the vocabulary."""


Lines = Callable[[Sequence[str]], Iterable[str]]
"""Makes the lines of a file from the values of a vocabulary, the most frequent first."""


class Wanted(NamedTuple):
    """A vocabulary that is to be counted.

    Attributes:
        values: string [n].
        name: As in `build`.
        top_k: As in `build`.
        min_count: As in `build`.
        derived: Files that are to be made from it, by name.
    """

    values: tf.Tensor
    name: str
    top_k: int
    min_count: int
    derived: dict[str, Lines]


class Counting:
    """Takes the place of `build` in a graph that only counts. Nothing can be looked up yet.

    Attributes:
        wanted: The vocabularies that were asked for.
    """

    def __init__(self) -> None:
        self.wanted: list[Wanted] = []

    def __call__(
        self, values: tf.RaggedTensor | tf.SparseTensor | tf.Tensor, name: str, top_k: int = 0, min_count: int = 1
    ) -> Wanted:
        """Notes the vocabulary. `lookup` gives 0 for all its values."""
        if isinstance(values, tf.RaggedTensor):
            values = values.flat_values
        flat = values.values if isinstance(values, tf.SparseTensor) else tf.reshape(values, [-1])
        self.wanted.append(Wanted(flat, name, top_k, min_count, {}))
        return self.wanted[-1]


class CountedFiles:
    """Takes the place of `build` where vocabularies have been counted. Others it leaves to `build`.

    Args:
        folder: The folder of the vocabularies.
        names: The vocabularies that it has.
    """

    def __init__(self, folder: str, names: Collection[str]):
        self._folder = folder
        self._names = names

    def __call__(
        self, values: tf.RaggedTensor | tf.SparseTensor | tf.Tensor, name: str, top_k: int = 0, min_count: int = 1
    ):
        """Returns the vocabulary's file."""
        return counted_file(self._folder, name) if name in self._names else build(values, name, top_k, min_count)


def counted_file(folder: str, name: str) -> str:
    """The file of a counted vocabulary. The Transform output finds it by this name, as it would TFX's."""
    return f"{folder}/{analyzers.sanitized_vocab_filename(name)}"


def derived(vocabulary: Any, name: str, lines: Lines, example: str) -> Any:
    """Makes a further file from the values of a vocabulary, once it is counted.

    Args:
        vocabulary: What `build` returned.
        name: The file's name in the Transform output.
        lines: Makes its lines.
        example: A line that such a file may have; the graph is traced with it before there is a file.

    Returns:
        The file, for `tft.apply_vocabulary`; in a graph that only counts, the vocabulary itself.
    """
    if isinstance(vocabulary, Wanted):
        vocabulary.derived[name] = lines
        return vocabulary
    if isinstance(vocabulary, str):
        return counted_file(os.path.dirname(vocabulary), name)
    (file,) = tft.experimental.ptransform_analyzer(
        [tf.reshape(vocabulary, [1])], _DerivedFile(name, lines), [tf.string], [[]], [example.encode()], name=name
    )
    return file


def write_derived(vocabulary: str, path: str, lines: Lines) -> None:
    """Writes a file that is made from the values of a vocabulary's file."""
    with tf.io.gfile.GFile(vocabulary, "rb") as file:
        values = file.read().decode().removesuffix("\n").split("\n")
    with tf.io.gfile.GFile(f"{path}.part", "wb") as file:
        file.write("".join(f"{line}\n" for line in lines(values)).encode())
    tf.io.gfile.rename(f"{path}.part", path, overwrite=True)


class _DerivedFile(tft_beam.experimental.PTransformAnalyzer):
    """Takes the path of a vocabulary as often as there are batches, writes the file and yields its path.

    Args:
        name: The file's name.
        lines: Makes its lines.
    """

    def __init__(self, name: str, lines: Lines):
        super().__init__()
        self._name, self._lines = name, lines

    def expand(self, batches: beam.PCollection) -> beam.PCollection:
        """Writes the file on one worker."""
        return (
            batches
            | "Paths" >> beam.FlatMap(lambda batch: batch[0].tolist())
            | "Once" >> beam.combiners.Sample.FixedSizeGlobally(1)
            | "Write" >> beam.Map(self._written, self.base_temp_dir)
        )

    def _written(self, paths: list[bytes], folder: str) -> np.ndarray:
        tf.io.gfile.makedirs(folder)
        path = f"{folder}/{self._name}"
        write_derived(paths[0].decode(), path, self._lines)
        return np.array(path)


def lookup(values: tf.Tensor, vocabulary) -> tf.Tensor:
    """Maps strings to indices.

    Args:
        values: string tensor of any shape; the empty string is padding.
        vocabulary: What `build` returned.

    Returns:
        int64 tensor of the same shape.
    """
    indices = _numbers(values, vocabulary, num_oov_buckets=_OUT_OF_VOCABULARY_INDICES) + 1
    return tf.where(tf.equal(values, ""), tf.constant(features.PADDING, tf.int64), indices)


def lookup_together(values: Sequence[tf.Tensor], vocabulary) -> list[tf.Tensor]:
    """Maps several vectors of strings to indices by one table.

    Args:
        values: Vectors, each string [n].
        vocabulary: What `build` returned.

    Returns:
        A vector int64 [n] for each.
    """
    return tf.split(lookup(tf.concat(values, axis=0), vocabulary), [tf.size(each) for each in values])


def lookup_known(values: tf.Tensor, vocabulary) -> tf.Tensor:
    """Maps strings to indices, and unknown values to the index of padding.

    Use it if an unknown value should count for nothing. `lookup` would give it an embedding that was never trained.

    Args:
        values: string tensor of any shape.
        vocabulary: What `build` returned.

    Returns:
        int64 tensor of the same shape.
    """
    return _numbers(values, vocabulary, default_value=features.PADDING - 1) + 1


def _numbers(values: tf.Tensor, vocabulary, **unknown: int) -> tf.Tensor:
    if isinstance(vocabulary, Wanted):
        return tf.zeros_like(values, tf.int64)
    return tft.apply_vocabulary(values, vocabulary, **unknown)


def known_rows(transform_output: tft.TFTransformOutput, name: str) -> int:
    """The number of indices that `lookup_known` uses of a vocabulary."""
    return int(transform_output.vocabulary_size_by_name(name)) + 1


def table_rows(transform_output: tft.TFTransformOutput, name: str) -> int:
    """The number of indices of a vocabulary, including padding and the unknown."""
    return int(transform_output.vocabulary_size_by_name(name)) + 1 + _OUT_OF_VOCABULARY_INDICES
