"""Loads a SavedModel into a session in two steps: first weights and tables, then the calls of its signatures.

TensorFlow's own loader imports the whole graph, then restores weights and fills tables. For each of these runs the
session optimizes its graph with every function in it, which includes the functions of all signatures. That takes a
quarter of a model's loading time. So the calls of the signatures, and the functions that only they need, are imported
after these runs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tensorflow.core.framework import function_pb2, graph_pb2, node_def_pb2
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow.python.client import session as tf_session
from tensorflow.python.framework import importer, ops
from tensorflow.python.saved_model import loader_impl

_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
_INIT = "__saved_model_init_op"
"""TensorFlow 2's name of the signature that fills tables."""

Functions = Mapping[str, function_pb2.FunctionDef]


def load(session: tf_session.Session, path: str, tags: Sequence[str]) -> meta_graph_pb2.MetaGraphDef:
    """Loads a SavedModel with weights, tables and assets.

    Args:
        session: The session to load into; its graph is empty.
        path: The folder that holds `saved_model.pb`.
        tags: The tags of the MetaGraph to load.

    Returns:
        The MetaGraph with its signatures. Its graph has only the part that was imported first.

    Raises:
        RuntimeError: There is no MetaGraph with these tags.
        OSError: There is no SavedModel.
        ValueError: The graph cannot be read.
        google.protobuf.message.DecodeError: The file is no SavedModel.
        tf.errors.OpError: Weights or tables could not be filled.
    """
    loader = loader_impl.SavedModelLoader(path)
    tags = list(tags)
    meta_graph = loader.get_meta_graph_def_from_tags(tags)
    answering = _take_out_answering(meta_graph)
    # `meta_graph` is the loader's own object, so the loader imports what is left in it.
    loader.load(session, tags)
    if answering.node:
        _add(session.graph, answering, meta_graph)
    return meta_graph


def _take_out_answering(meta_graph: meta_graph_pb2.MetaGraphDef) -> graph_pb2.GraphDef:
    """Moves the calls of the signatures, and the functions that only they need, into a graph of their own.

    That graph stays empty if a signature's outputs do not come from a function call, or if other nodes read them, too.
    Models saved by TensorFlow 1 are like that.
    """
    graph = meta_graph.graph_def
    answering = graph_pb2.GraphDef(versions=graph.versions)
    names = {
        output.name.partition(":")[0]
        for signature, each in meta_graph.signature_def.items()
        if signature != _INIT
        for output in each.outputs.values()
    }
    calls = [node for node in graph.node if node.name in names]
    rest = [node for node in graph.node if node.name not in names]
    used = {_node_name(read) for node in rest for read in node.input}
    if used & names or any(node.op not in _CALLS for node in calls):
        return answering
    # Gradients and collections may name nodes and functions, too.
    collections = meta_graph.collection_def.values()
    if graph.library.gradient or any(not each.HasField("node_list") for each in collections):
        return answering
    if names & {_node_name(node) for each in collections for node in each.node_list.value}:
        return answering
    functions = {function.signature.name: function for function in graph.library.function}
    needed = _needed(rest, functions)
    answering.node.extend(calls)
    answering.library.function.extend(functions[name] for name in sorted(_needed(calls, functions) - needed))
    kept = graph_pb2.GraphDef(versions=graph.versions, node=rest)
    kept.library.function.extend(functions[name] for name in sorted(needed))
    graph.CopyFrom(kept)
    return answering


def _add(graph: ops.Graph, answering: graph_pb2.GraphDef, meta_graph: meta_graph_pb2.MetaGraphDef) -> None:
    """Imports calls into the graph that has their inputs."""
    read = {name for node in answering.node for name in node.input}
    inputs = {name: _found(graph, name) for name in read}
    operations = meta_graph.meta_info_def.stripped_op_list if meta_graph.meta_info_def.stripped_op_list.op else None
    with graph.as_default():
        importer.import_graph_def(answering, input_map=inputs, name="", producer_op_list=operations)


def _found(graph: ops.Graph, name: str) -> Any:
    """The operation that `^node` waits for, or the tensor that `node` or `node:1` reads."""
    if name.startswith("^"):
        return graph.get_operation_by_name(name[1:])
    return graph.get_tensor_by_name(name if ":" in name else f"{name}:0")


def _node_name(read: str) -> str:
    """The node of an input, `^node`, `node` or `node:1`."""
    return read.removeprefix("^").partition(":")[0]


def _needed(nodes: Iterable[node_def_pb2.NodeDef], functions: Functions) -> set[str]:
    """The functions that nodes call, and those that these call."""
    needed: set[str] = set()
    waiting = list(_called(nodes))
    while waiting:
        name = waiting.pop()
        if name in functions and name not in needed:
            needed.add(name)
            waiting += _called(functions[name].node_def)
    return needed


def _called(nodes: Iterable[node_def_pb2.NodeDef]) -> Iterator[str]:
    for node in nodes:
        yield node.op  # A node may call a function by its name, like an operation.
        for value in node.attr.values():
            if value.HasField("func"):
                yield value.func.name
            yield from (function.name for function in value.list.func)
