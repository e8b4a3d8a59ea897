"""Counts the values of vocabularies and writes their files, before the Transform graph is made.

TFX's Transform would make a dozen stages of Beam for each vocabulary and read records one by one. Here TensorFlow reads
whole batches, the graph counts the distinct values of a batch, and a worker sends on what it has counted in a file.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import apache_beam as beam
import tensorflow as tf
import tensorflow_text  # noqa: F401  # The graph has operations of it.
from tensorflow_transform import analyzer_nodes, analyzers

from tfx_pipeline.transform.record_batches import record_batches
from tfx_pipeline.transform.vocabularies import Counting, Lines, Wanted, counted_file, write_derived

_BATCH: Final = 4096
"""Records that are read, parsed and counted at once."""
_HELD: Final = 500_000
"""Distinct values that a worker holds before it sends on what it has counted."""


class CountedField(NamedTuple):
    """A vocabulary that is counted.

    Attributes:
        name: The vocabulary's name.
        values: The name of the tensor of its distinct values in a batch.
        counts: The name of the tensor of how often each of them occurs.
        top_k: Keeps this many of the most frequent values; 0 keeps all.
        min_count: Keeps the values that occur at least this often.
        derived: Files that are made from the vocabulary, by name.
    """

    name: str
    values: str
    counts: str
    top_k: int
    min_count: int
    derived: Mapping[str, Lines]


class CountingGraph(NamedTuple):
    """What counts the values of a batch. Workers get it; it needs no files.

    Attributes:
        graph: A serialized GraphDef.
        inputs: By feature, its type and the names of the tensors of its indices, its values and its shape.
        fields: The vocabularies that it counts.
        is_all: Whether the preprocessing function needs no other analysis.
    """

    graph: bytes
    inputs: Mapping[str, tuple[tf.DType, Sequence[str]]]
    fields: Sequence[CountedField]
    is_all: bool


def counting_graph(preprocessing_fn: Callable[..., Any], spec: Mapping[str, tf.io.VarLenFeature]) -> CountingGraph:
    """Traces what counts the vocabularies of a preprocessing function.

    Args:
        preprocessing_fn: Takes the features, each sparse [batch, values], and `build`, which makes a vocabulary.
        spec: Of the features.

    Returns:
        The graph. If the values of a vocabulary depend on another analysis, such as pieces that are learned, it counts
        nothing.
    """
    counting = Counting()
    with tf.Graph().as_default() as graph:
        raw = {name: tf.compat.v1.sparse_placeholder(each.dtype, [None, None]) for name, each in spec.items()}
        given = {name: [each.indices.name, each.values.name, each.dense_shape.name] for name, each in raw.items()}
        preprocessing_fn(raw, build=counting)
        known = {_operation(part) for parts in given.values() for part in parts}
        # Transform takes no files where an analysis of its own writes some: all vocabularies are counted here, or none.
        is_ours = all(_stands_alone(each.values.op, known) for each in counting.wanted)
        fields = [_counted(each) for each in counting.wanted] if is_ours else []
        fetched = [graph.get_tensor_by_name(name).op for field in fields for name in (field.values, field.counts)]
        kept = {node.name for node in _upstream(fetched)}
        definition = graph.as_graph_def()
        is_all = not graph.get_collection(analyzer_nodes.TENSOR_REPLACEMENTS)
    nodes = [node for node in definition.node if node.name in kept]
    del definition.node[:]
    definition.node.extend(nodes)
    inputs = {
        name: (spec[name].dtype, parts) for name, parts in given.items() if not kept.isdisjoint(map(_operation, parts))
    }
    return CountingGraph(definition.SerializeToString(), inputs, fields, is_all)


def write(files: beam.PCollection, graph: CountingGraph, folder: str) -> beam.PCollection:
    """Counts the values of all records and writes the vocabularies.

    Args:
        files: The paths of gzipped TFRecord files of tf.Examples.
        graph: What counts.
        folder: For the vocabularies' files.

    Returns:
        The paths of the vocabularies, once they are written.
    """
    counts = files | "Count" >> beam.ParDo(_Count(graph)) | "Sum" >> beam.CombinePerKey(sum)  # type: ignore[arg-type]
    by_field = counts | "ByField" >> beam.MapTuple(lambda key, count: (key[0], (count, key[1])))
    # So that a vocabulary without values has a file, too.
    each_field = files.pipeline | "Fields" >> beam.Create([(number, None) for number in range(len(graph.fields))])
    grouped = (by_field, each_field) | "Together" >> beam.Flatten() | "Group" >> beam.GroupByKey()
    return grouped | "Write" >> beam.Map(_write, graph.fields, folder)


def _operation(tensor: str) -> str:
    return tensor.partition(":")[0]


def _stands_alone(operation: tf.Operation, inputs: Collection[str]) -> bool:
    """Whether an operation needs nothing but inputs: nothing that an analysis puts in, and no table that it fills."""
    return all(
        node.name in inputs
        if node.type == "Placeholder"
        else all(tensor.dtype.base_dtype != tf.resource for tensor in node.outputs)
        for node in _upstream([operation])
    )


def _upstream(operations: Iterable[tf.Operation]) -> set[tf.Operation]:
    """The operations and all that they need."""
    found: set[tf.Operation] = set()
    waiting = [*operations]
    while waiting:
        operation = waiting.pop()
        if operation not in found:
            found.add(operation)
            waiting += [*(tensor.op for tensor in operation.inputs), *operation.control_inputs]
    return found


def _counted(wanted: Wanted) -> CountedField:
    values, _, counts = tf.unique_with_counts(wanted.values, tf.int64)
    return CountedField(wanted.name, values.name, counts.name, wanted.top_k, wanted.min_count, wanted.derived)


class _Count(beam.DoFn):
    """Takes a path; yields ((number of the vocabulary, value), how often it occurs)."""

    def __init__(self, graph: CountingGraph):
        self._graph = graph

    def setup(self) -> None:
        names = [name for field in self._graph.fields for name in (field.values, field.counts)]
        with tf.Graph().as_default() as graph:
            records = tf.compat.v1.placeholder(tf.string, [None])
            spec = {name: tf.io.VarLenFeature(dtype) for name, (dtype, _) in self._graph.inputs.items()}
            parsed = tf.io.parse_example(records, spec)
            fed: dict[str, tf.Tensor] = {}
            for name, (_, parts) in self._graph.inputs.items():
                values = parsed[name]
                fed |= dict(zip(parts, (values.indices, values.values, values.dense_shape), strict=True))
            definition = tf.compat.v1.GraphDef.FromString(self._graph.graph)
            there = {node.name for node in definition.node}
            fed = {name: tensor for name, tensor in fed.items() if _operation(name) in there}
            fetched = tf.import_graph_def(definition, input_map=fed, return_elements=names)
            # The graph has no variables and tables.
            self._session = tf.compat.v1.Session(graph=graph)
            self._counts_of = self._session.make_callable(fetched, feed_list=[records])

    def process(self, path: str) -> Iterator[tuple[tuple[int, bytes], int]]:
        held = [Counter[bytes]() for _ in self._graph.fields]
        for records in record_batches(path, _BATCH).as_numpy_iterator():
            fetched = self._counts_of(records)
            for counter, values, counts in zip(held, fetched[::2], fetched[1::2], strict=True):
                for value, count in zip(values.tolist(), counts.tolist(), strict=True):
                    counter[value] += count
            if sum(map(len, held)) > _HELD:
                yield from _sent(held)
        yield from _sent(held)

    def teardown(self) -> None:
        self._session.close()


def _sent(held: Sequence[Counter[bytes]]) -> Iterator[tuple[tuple[int, bytes], int]]:
    for number, counter in enumerate(held):
        for value, count in counter.items():
            # A vocabulary's file has one value a line.
            if value and b"\n" not in value and b"\r" not in value:
                yield (number, value), count
        counter.clear()


def _write(group: tuple[Any, Any], fields: Any, folder: str) -> str:
    """Writes the most frequent values first; of equally frequent ones the last in the alphabet, as TFX does."""
    number, counted = group
    field = fields[number]
    kept = [each for each in counted if each and each[0] >= field.min_count]
    kept = sorted(kept, reverse=True)[: field.top_k or None]
    # A table cannot be made of an empty file.
    kept = kept or [analyzers.get_empy_vocabulary_dummy_value(tf.string)]
    path = counted_file(folder, field.name)
    with tf.io.gfile.GFile(f"{path}.part", "wb") as file:
        file.write(b"".join(b"%s\n" % value for _, value in kept))
    tf.io.gfile.rename(f"{path}.part", path, overwrite=True)
    for name, lines in field.derived.items():
        write_derived(path, counted_file(folder, name), lines)
    return path
