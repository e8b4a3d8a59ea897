"""A model as TensorBoard's graph: its layers as blocks, and what flows between them."""

import logging
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import keras
import tensorflow as tf

from models.layers.fast.dropout import Dropout
from tfx_pipeline.training.event_logs.event_writers import WHOLE, EventWriters

_LOG = logging.getLogger(__name__)
_INPUTS: Final = "inputs"
_OUTPUTS: Final = "outputs"
_OWN: Final = "own weights"
_SUFFIX: Final = re.compile(r"_\d+$")
_OF_SHAPES: Final = frozenset({"Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike"})
"""Operations that look at the shape of a tensor alone. Nothing flows through them."""


@dataclass
class TracedCall:
    """The forward pass of a training step, as TensorFlow traced it; empty before that.

    Attributes:
        operations: Its operations, in the order in which they were made: each is made after what it reads.
        inputs: What the model was called with, by name.
        outputs: What it returned, by name.
        is_noted: Whether it was traced.
    """

    operations: list[Any] = field(default_factory=list)
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    is_noted: bool = False


@contextmanager
def traced_call(model: keras.Model) -> Iterator[TracedCall]:
    """A context in which `fit` notes the graph that it traces. It traces no other, and a step is as it was.

    Args:
        model: A built model, with Keras on TensorFlow.
    """
    call, noted = model.call, TracedCall()

    def noting(inputs: Any, *args: Any, **kwargs: Any) -> Any:
        if noted.is_noted or tf.executing_eagerly() or not kwargs.get("training"):
            return call(inputs, *args, **kwargs)
        graph = tf.compat.v1.get_default_graph()
        before = len(graph.get_operations())
        outputs = call(inputs, *args, **kwargs)
        noted.operations = graph.get_operations()[before:]
        noted.is_noted = True
        noted.inputs, noted.outputs = dict(_tensors(inputs)), dict(_tensors(outputs))
        return outputs

    model.call = noting
    try:
        yield noted
    finally:
        del model.call


class GraphLog(keras.callbacks.Callback):
    """Writes the graph of the model, once, after the first step.

    Args:
        writers: Where it goes.
        call: The call that the first step traces.
    """

    def __init__(self, writers: EventWriters, call: TracedCall):
        super().__init__()
        self._writers, self._call, self._is_written = writers, call, False

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Writes it. A training does not fail for its picture."""
        if self._is_written:
            return
        self._is_written = True
        try:
            if self._call.operations:
                self._writers.graph(layer_graph(self.model, self._call), WHOLE)
        except Exception as error:  # It looks into Keras and TensorFlow.
            _LOG.warning("TensorBoard has no graph of the model (%s: %s)", type(error).__name__, error)
        self._call.operations.clear()


def layer_graph(model: keras.Model, call: TracedCall) -> tf.compat.v1.GraphDef:
    """The layers of a call that hold no others, with what flows between them.

    The graph of TensorFlow has thousands of operations. Here all operations of such a layer are one node, named by the
    layers around it, so that TensorBoard shows these as blocks that can be opened: `extraction/search_encoder_0/...`. A
    layer that is called several times has a node for each call, the second one `name (2)`. The weights that a layer
    has beside those that it holds are a node, too. Other operations, and dropout, are left out: what flows through them
    flows directly from layer to layer. Masks are left out altogether, because they flow to nearly all; so nothing leads
    to a table of which a step first finds out which rows it needs.

    Args:
        model: The model that was called.
        call: Its call.

    Returns:
        A graph whose nodes tell the class of their layer and its weights.
    """
    blocks = _Blocks(model)
    sources: dict[str, frozenset[str]] = {}
    nodes: dict[str, _Node] = {}
    for name, tensor in call.inputs.items():
        sources[tensor.op.name] = frozenset({f"{_INPUTS}/{name}"})
        nodes[f"{_INPUTS}/{name}"] = _Node("input", shape=tensor.shape)
    for operation in call.operations:
        flowing = frozenset().union(
            *(sources.get(tensor.op.name, frozenset()) for tensor in operation.inputs if _flows(tensor, operation))
        )
        block = blocks.of(operation)
        if block is not None:
            name, layer = block
            if name not in nodes:
                nodes[name] = _Node(type(layer).__name__, weights=_weights(layer))
            node = nodes[name]
            node.reads |= dict.fromkeys(sorted(flowing - {name}))
            if operation.outputs:
                node.shape = operation.outputs[0].shape  # In the end that of the last.
            flowing = frozenset({name})
        sources[operation.name] = flowing
    for name, tensor in call.outputs.items():
        reads = dict.fromkeys(sorted(sources.get(tensor.op.name, ())))
        nodes[f"{_OUTPUTS}/{name}"] = _Node("output", reads, shape=tensor.shape)
    used = {each for node in nodes.values() for each in node.reads}
    graph = tf.compat.v1.GraphDef()
    for name, node in nodes.items():
        if node.kind != "input" or name in used:
            graph.node.append(node.written(name))
    return graph


@dataclass
class _Node:
    kind: str
    reads: dict[str, None] = field(default_factory=dict)
    weights: str = ""
    shape: Any = None

    def written(self, name: str) -> tf.compat.v1.NodeDef:
        node = tf.compat.v1.NodeDef(name=_as_name(name), op=self.kind, input=map(_as_name, self.reads))
        if self.weights:
            node.attr["weights"].CopyFrom(tf.compat.v1.AttrValue(s=self.weights.encode()))
        if self.shape is not None:
            # TensorBoard writes it at the edges from here.
            shapes = tf.compat.v1.AttrValue.ListValue(shape=[self.shape.as_proto()])
            node.attr["_output_shapes"].CopyFrom(tf.compat.v1.AttrValue(list=shapes))
        return node


class _Blocks:
    """Finds the layer of an operation by its name, which has the scopes of all layers around it."""

    def __init__(self, model: keras.Model):
        self._model = model
        self._of_scope: dict[str, tuple[str, keras.layers.Layer] | None] = {}
        self._calls: dict[str, int] = {}
        self._owners: dict[int, tuple[str, keras.layers.Layer]] = {}
        for path, layer in (("", model), *_all_inner(model)):
            for weight in _own_weights(layer):
                self._owners[id(weight.value.handle)] = "/".join(filter(None, [path, _OWN])), layer

    def of(self, operation: Any) -> tuple[str, keras.layers.Layer] | None:
        """The name of the node of an operation, and its layer; None if it has none."""
        scope = operation.name.rpartition("/")[0]
        while scope:
            found = self._find(scope)
            if found is not None:
                name, layer = found
                if not isinstance(layer, Dropout) and not _inner(layer):
                    return name, layer
                break
            scope = scope.rpartition("/")[0]
        for tensor in operation.inputs:
            if tensor.dtype == tf.resource and (owner := self._owners.get(_outermost(tensor))):
                return owner
        return None

    def _find(self, scope: str) -> tuple[str, keras.layers.Layer] | None:
        """The layer whose own scope it is, with its name; None if it is that of no layer."""
        if scope not in self._of_scope:
            self._of_scope[scope] = self._named(scope)
        return self._of_scope[scope]

    def _named(self, scope: str) -> tuple[str, keras.layers.Layer] | None:
        outer, _, own = scope.rpartition("/")
        if not outer:
            return ("", self._model) if self._model.name in (own, _SUFFIX.sub("", own)) else None
        parent = self._find(outer)
        if parent is None:
            return None
        path, around = parent
        for wanted in (own, _SUFFIX.sub("", own)):
            # A layer may call one that is deeper inside another.
            for inside, layer in _all_inner(around):
                if layer.name == wanted:
                    name = "/".join(filter(None, [path, inside]))
                    self._calls[name] = number = self._calls.get(name, 0) + 1
                    return f"{name} ({number})" if number > 1 else name, layer
        return None


def _inner(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Those that a layer holds, but for dropout."""
    inner = layer._flatten_layers(include_self=False, recursive=False)
    return [each for each in inner if not isinstance(each, Dropout)]


def _all_inner(layer: keras.layers.Layer, path: str = "") -> Iterator[tuple[str, keras.layers.Layer]]:
    """All layers within a layer, the nearest first, with the names of those around them."""
    within = [(f"{path}{each.name}", each) for each in _inner(layer)]
    yield from within
    for name, each in within:
        yield from _all_inner(each, f"{name}/")


def _own_weights(layer: keras.layers.Layer) -> list[Any]:
    """The weights of a layer without those of layers that it holds."""
    inner = {id(weight) for each in _inner(layer) for weight in each.weights}
    return [each for each in layer.weights if id(each) not in inner]


def _weights(layer: keras.layers.Layer) -> str:
    """How many numbers, and which weights of its own a layer has, such as `72: kernel 8x8, bias 8`."""
    own = _own_weights(layer)
    shapes = ", ".join(f"{each.name} {'x'.join(map(str, each.shape)) or '1'}" for each in own)
    return f"{sum(math.prod(each.shape) for each in own):,}: {shapes}" if own else ""


def _outermost(tensor: Any) -> int:
    """The identity of what a tensor stands for outside of all functions that are being traced."""
    while hasattr(tensor, "graph"):
        outer = {id(internal): external for external, internal in tensor.graph.captures}
        if id(tensor) not in outer:
            break
        tensor = outer[id(tensor)]
    return id(tensor)


def _flows(tensor: Any, operation: Any) -> bool:
    """Whether an operation reads the values of a tensor, and not its shape alone. Masks are left out."""
    return operation.type not in _OF_SHAPES and tensor.dtype not in (tf.bool, tf.resource)


def _tensors(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """All tensors in a nest of mappings and tuples, with the keys that lead there."""
    if tf.is_tensor(value):
        yield name, value
        return
    inner: Any = ()
    if isinstance(value, Mapping):
        inner = value.items()
    elif isinstance(value, tuple | list):
        inner = zip(getattr(value, "_fields", range(len(value))), value, strict=True)
    for key, each in inner:
        yield from _tensors(each, f"{name}/{key}" if name else str(key))


def _as_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_./()> -]", "_", name)
