"""Runs one version of a model as TF Serving does: in a v1 Session, fed and fetched by its SignatureDefs.

A SavedModel that does not load or run here does not load or run in TF Serving either. `saved_model_session` loads it.
The checks before a run, and their error texts, are those of TF Serving's Predict.
"""

import dataclasses
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from google.protobuf.message import DecodeError
from tensorflow.core.framework import tensor_pb2
from tensorflow.core.protobuf import config_pb2, meta_graph_pb2, rewriter_config_pb2
from tensorflow.python.client import session
from tensorflow.python.framework import errors_impl, ops, tensor_util

from serving.local_server.models import saved_model_session, text_operations
from serving.local_server.models.clear_errors import clear_message
from serving.local_server.wire.statuses import failed_precondition, internal, invalid_argument, not_found
from serving.local_server.wire.tensor_types import dtype_of, type_name

DEFAULT_SIGNATURE = "serving_default"
DEFAULT_TAGS = ("serve",)
CLASSIFY_METHOD = "tensorflow/serving/classify"
REGRESS_METHOD = "tensorflow/serving/regress"
METHODS = ("tensorflow/serving/predict", CLASSIFY_METHOD, REGRESS_METHOD)

Run = Callable[..., list[np.ndarray]]


@dataclass(frozen=True)
class _Signature:
    """A SignatureDef as plain objects, which are faster to read than messages.

    Attributes:
        feeds: Input alias to feed name, sorted by alias.
        types: Feed name to `types_pb2.DataType`.
        shapes: Input alias to the declared shape, with -1 for any size; None for any shape.
        defaults: Input alias to the value that it has if a request leaves it out.
        fetches: Output alias to fetch name, sorted by alias.
        method: The method name.
    """

    feeds: Mapping[str, str]
    types: Mapping[str, int]
    shapes: Mapping[str, tuple[int, ...] | None]
    defaults: Mapping[str, tensor_pb2.TensorProto]
    fetches: Mapping[str, str]
    method: str

    @classmethod
    def of(cls, signature: meta_graph_pb2.SignatureDef) -> "_Signature":
        return cls(
            feeds={alias: signature.inputs[alias].name for alias in sorted(signature.inputs)},
            types={info.name: info.dtype for info in signature.inputs.values()},
            shapes={alias: _declared_shape(info) for alias, info in signature.inputs.items()},
            # Older releases of TensorFlow know no default inputs.
            defaults=dict(getattr(signature, "defaults", {})),
            fetches={alias: signature.outputs[alias].name for alias in sorted(signature.outputs)},
            method=signature.method_name,
        )


@dataclass(frozen=True)
class Call:
    """One checked call of a signature, with the names of the graph.

    Attributes:
        feeds: Feed name to value.
        aliases: The aliases of the outputs to return.
        fetches: Alias to fetch name.
    """

    feeds: Mapping[str, np.ndarray]
    aliases: tuple[str, ...]
    fetches: Mapping[str, str]

    @property
    def feed_names(self) -> tuple[str, ...]:
        """The feeds, sorted."""
        return tuple(sorted(self.feeds))

    @property
    def fetch_names(self) -> tuple[str, ...]:
        """The names to fetch, each once, sorted: the order in which requests name outputs compiles no further graph."""
        return tuple(sorted({self.fetches[alias] for alias in self.aliases}))

    def with_feeds(self, feeds: Mapping[str, np.ndarray]) -> "Call":
        """The same call with other values."""
        return dataclasses.replace(self, feeds=feeds)

    def rows(self, some: slice) -> "Call":
        """The same call with only some rows of every value."""
        return self.with_feeds({name: value[some] for name, value in self.feeds.items()})


class Servable:
    """A loaded SavedModel that answers calls of its signatures, from any number of threads.

    Attributes:
        signature_defs: Signature name to `SignatureDef`, as the SavedModel has them.
        checks_methods: Whether a signature answers only the API that its method's name says.
    """

    def __init__(
        self,
        path: str,
        tags: Sequence[str] = DEFAULT_TAGS,
        session_config: config_pb2.ConfigProto | None = None,
        checks_methods: bool = False,
    ):
        """Loads a SavedModel and runs its initializers.

        Args:
            path: The folder that holds `saved_model.pb`.
            tags: The tags of the MetaGraph to load.
            session_config: Threads and devices of the session; None takes TensorFlow's defaults.
            checks_methods: Whether a signature answers only the API that its method's name says.

        Raises:
            tf.errors.NotFoundError: There is no SavedModel, or none with these tags.
            tf.errors.OpError: Variables could not be restored, or tables not be filled.
        """
        if not any(os.path.exists(os.path.join(path, name)) for name in ("saved_model.pb", "saved_model.pbtxt")):
            raise not_found(f"Could not find SavedModel .pb or .pbtxt at supplied export directory path: {path}")
        text_operations.register()
        self._session = session.Session(graph=ops.Graph(), config=_without_memory_optimizer(session_config))
        try:
            meta_graph = saved_model_session.load(self._session, path, tags)
        except (RuntimeError, OSError, ValueError, DecodeError) as error:
            self._session.close()
            raise not_found(f"{path} cannot be loaded: {error}") from error
        except BaseException:
            self._session.close()
            raise
        self.signature_defs: dict[str, meta_graph_pb2.SignatureDef] = dict(meta_graph.signature_def)
        self.checks_methods = checks_methods
        self._signatures = {name: _Signature.of(each) for name, each in self.signature_defs.items()}
        self._runs: dict[tuple[tuple[str, ...], tuple[str, ...]], Run] = {}
        self._run_locks: dict[tuple[tuple[str, ...], tuple[str, ...]], threading.Lock] = {}

    def run(
        self, signature_name: str, inputs: Mapping[str, np.ndarray], output_filter: Sequence[str] = ()
    ) -> dict[str, np.ndarray]:
        """Calls a signature.

        Args:
            signature_name: The signature; empty means `serving_default`.
            inputs: Input name to values; strings as arrays of `bytes` objects. Types must be those of the signature.
            output_filter: The outputs to return; empty returns all.

        Returns:
            Output name to values; strings as arrays of `bytes` objects.

        Raises:
            tf.errors.FailedPreconditionError: There is no such signature.
            tf.errors.InvalidArgumentError: An input or output is unknown, or an input has a wrong type.
            tf.errors.OpError: The graph fails.
        """
        call = self.prepare(signature_name, inputs, output_filter)
        try:
            return self.execute(call)
        except errors_impl.InvalidArgumentError as error:
            declared = self._signatures[signature_name or DEFAULT_SIGNATURE].shapes
            sent = {name: np.shape(value) for name, value in inputs.items()}
            raise invalid_argument(clear_message(error.message, sent, declared)) from error

    def prepare(self, signature_name: str, inputs: Mapping[str, np.ndarray], output_filter: Sequence[str] = ()) -> Call:
        """Checks a call. Arguments and errors are those of `run`."""
        signature_name = signature_name or DEFAULT_SIGNATURE
        signature = self._signatures.get(signature_name)
        if signature is None:
            raise failed_precondition(f'Serving signature key "{signature_name}" not found.')
        if self.checks_methods and signature.method not in METHODS:
            raise internal(
                f"Expected prediction signature method_name to be one of {{{', '.join(METHODS)}}}. "
                f"Was: {signature.method}"
            )
        feeds = _feeds(signature, inputs)
        call = Call(feeds, tuple(_wanted_outputs(signature, output_filter)), signature.fetches)
        _check_types(signature, feeds, call.feed_names)
        return call

    def execute(self, call: Call) -> dict[str, np.ndarray]:
        """Runs a checked call.

        Raises:
            tf.errors.OpError: The graph fails.
        """
        feed_names, fetch_names = call.feed_names, call.fetch_names
        run = self._runs.get((feed_names, fetch_names)) or self._compile(feed_names, fetch_names)
        fetched = dict(zip(fetch_names, run(*(call.feeds[name] for name in feed_names)), strict=True))
        return {alias: _as_array(fetched[call.fetches[alias]]) for alias in call.aliases}

    def close(self) -> None:
        """Frees the session. Calls still running are cancelled, so let them end first."""
        self._runs.clear()
        self._session.close()

    def _compile(self, feed_names: tuple[str, ...], fetch_names: tuple[str, ...]) -> Run:
        """Compiles a pair of feeds and fetches once.

        `Session.make_callable` with feeds falls back on `Session.run`, which converts types and takes six times as
        long. The callable made here, which Keras used in graph mode, hands arrays directly to the runtime.
        """
        options = config_pb2.CallableOptions(feed=feed_names, fetch=fetch_names)
        # Each pair has a lock of its own, because it takes a second to compile one.
        with self._run_locks.setdefault((feed_names, fetch_names), threading.Lock()):
            run = self._runs.get((feed_names, fetch_names))
            if run is None:
                run = self._session._make_callable_from_options(options)
                self._runs[feed_names, fetch_names] = run
        return run


def _declared_shape(info: meta_graph_pb2.TensorInfo) -> tuple[int, ...] | None:
    shape = info.tensor_shape
    return None if shape.unknown_rank else tuple(dim.size for dim in shape.dim)


def _without_memory_optimizer(config: config_pb2.ConfigProto | None) -> config_pb2.ConfigProto:
    """Session options without grappler's memory optimizer, which saves a server nothing and logs every operation."""
    options = config_pb2.ConfigProto()
    options.CopyFrom(config or config_pb2.ConfigProto())
    options.graph_options.rewrite_options.memory_optimization = rewriter_config_pb2.RewriterConfig.NO_MEM_OPT
    return options


def _as_array(fetched: np.ndarray | bytes) -> np.ndarray:
    """Makes an array of a fetched value. TensorFlow returns a single string as plain `bytes`."""
    return np.array(fetched, object) if isinstance(fetched, bytes) else fetched


def _feeds(signature: _Signature, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Feed name to value. Inputs that the request leaves out have the signature's defaults."""
    if len(inputs) > len(signature.feeds) or (len(inputs) < len(signature.feeds) and not signature.defaults):
        sent, wanted = set(inputs), set(signature.feeds)
        raise invalid_argument(
            f"input size does not match signature: {len(sent)}!={len(wanted)} "
            f"len({_braces(sent)}) != len({_braces(wanted)}). "
            f"Sent extra: {_braces(sent - wanted)}. Missing but required: {_braces(wanted - sent)}.",
        )
    feeds = {}
    for alias, feed_name in signature.feeds.items():
        if alias in inputs:
            feeds[feed_name] = np.asarray(inputs[alias])
        elif alias in signature.defaults:
            feeds[feed_name] = tensor_util.MakeNdarray(signature.defaults[alias])
        else:
            raise invalid_argument(
                f"Signature input alias: {alias}(feed name: {feed_name}) not found in request and no default value "
                f"provided. Inputs expected to be in the request {_braces(inputs)}, or default input alias set: "
                + ",".join(sorted(signature.defaults)),
            )
    used = sorted(set(inputs) & set(signature.feeds))
    if len(used) != len(inputs):
        raise invalid_argument(
            f"Inputs contains invalid name. Used request inputs: {','.join(used)}, "
            f"request input: {','.join(sorted(inputs))}",
        )
    return feeds


def _wanted_outputs(signature: _Signature, output_filter: Sequence[str]) -> list[str]:
    """Checks which outputs a request names, and returns those to fetch."""
    seen: list[str] = []
    for alias in output_filter:
        if alias not in signature.fetches:
            raise invalid_argument(
                f"output tensor alias not found in signature: {alias} "
                f"Outputs expected to be in the set {_braces(signature.fetches)}.",
            )
        if alias in seen:
            raise invalid_argument(f"duplicate output tensor alias: {alias}")
        seen.append(alias)
    return seen or list(signature.fetches)


def _check_types(signature: _Signature, feeds: Mapping[str, np.ndarray], feed_names: Sequence[str]) -> None:
    """Refuses wrong types with the error that the runtime gives in TF Serving. Arguments are counted by feed name."""
    for index, name in enumerate(feed_names):
        sent = dtype_of(feeds[name])
        wanted = signature.types[name]
        if sent != wanted:
            raise invalid_argument(f"Expects arg[{index}] to be {type_name(wanted)} but {type_name(sent)} is provided")


def _braces(names: Iterable[str]) -> str:
    return "{" + ",".join(sorted(names)) + "}"
