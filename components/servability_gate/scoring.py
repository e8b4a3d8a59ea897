"""Asks one signature for scores and looks hard at the answer."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

from components.servability_gate.rank_request import rank_request
from schemas import signatures
from serving.local_server.servable import Servable

SIGNATURES = (signatures.SERVING_DEFAULT, signatures.RANK)
FURTHER_SIGNATURES = (
    signatures.RECOMMEND,
    signatures.SEARCH,
    signatures.EMBED_USER,
    signatures.EMBED_QUERY,
    signatures.EMBED_ITEM,
    signatures.SIMILAR_ITEMS,
    signatures.CATALOGUE_RANKS,
    signatures.SESSIONS,
)
"""What a model may have beside, and `further_signatures` asks."""
_LONGEST_MESSAGE = 600


class RefusedError(Exception):
    """The model did what a servable model does not do; the message says what."""


class Asked(Protocol):
    """What the gate needs of a model: a `Servable`, or what stands in front of one."""

    @property
    def signature_defs(self) -> Mapping[str, meta_graph_pb2.SignatureDef]:
        """The signatures by name."""

    def run(self, signature_name: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Calls a signature."""


def load(model_dir: str) -> Servable:
    """Loads a SavedModel and looks at which signatures it has.

    Raises:
        RefusedError: It does not load, lacks a signature, or has one that the gate does not know how to ask: nothing is
            served that was not tried.
    """
    try:
        servable = Servable(model_dir)
    except Exception as error:
        raise RefusedError(f"the model does not load: {_message(error)}") from error
    # TensorFlow keeps operations of its own beside the signatures, under names with two underscores.
    found = sorted(name for name in servable.signature_defs if not name.startswith("__"))
    if not set(SIGNATURES) <= set(found) <= {*SIGNATURES, *FURTHER_SIGNATURES}:
        servable.close()
        raise RefusedError(
            f"the model should have the signatures {sorted(SIGNATURES)}, and of others only some of "
            f"{sorted(FURTHER_SIGNATURES)}; it has {found}"
        )
    return servable


def request(servable: Asked, signature: str, examples: Sequence[tf.train.Example]) -> dict[str, np.ndarray]:
    """Builds the inputs by which a model's signature is asked for the scores of the examples' candidates."""
    if signature == signatures.RANK:
        found = servable.signature_defs[signature].inputs
        return rank_request(examples, context=[name for name in found if name not in signatures.RANK_INPUTS])
    return {signatures.EXAMPLES: np.array([example.SerializeToString() for example in examples], object)}


def further_request(
    servable: Asked,
    signature: str,
    examples: Sequence[tf.train.Example],
    further: Mapping[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Builds what any signature takes, of what the examples tell and of what is given beside."""
    inputs = servable.signature_defs[signature].inputs
    context = [name for name in inputs if name not in (*signatures.RANK_INPUTS, *further)]
    told = rank_request(examples, context) | dict(further)
    return {name: told[name] for name in inputs}


def answer(servable: Asked, signature: str, inputs: Mapping[str, np.ndarray], shape: tuple[int, int]) -> np.ndarray:
    """Asks a signature.

    Args:
        servable: The loaded model.
        signature: Which signature.
        inputs: As `request` builds them.
        shape: [batch, candidates] of the scores that are due.

    Returns:
        float32 of that shape, all finite.

    Raises:
        RefusedError: The signature fails, or answers anything else.
    """
    outputs = run(servable, signature, inputs)
    if signatures.SCORES not in outputs:
        raise RefusedError(f"signature `{signature}` has no output `{signatures.SCORES}`, it has {sorted(outputs)}")
    scores = outputs[signatures.SCORES]
    if scores.shape != shape or scores.dtype != np.float32:
        raise RefusedError(
            f"signature `{signature}` should answer float32 {list(shape)} (batch, candidates), it answered "
            f"{scores.dtype} {list(scores.shape)}"
        )
    broken = np.count_nonzero(~np.isfinite(scores))
    if broken:
        raise RefusedError(f"signature `{signature}` gave {broken} of {scores.size} scores that are not finite")
    return scores


def run(servable: Asked, signature: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Asks a signature; whatever it answers comes back.

    Raises:
        RefusedError: The signature fails.
    """
    try:
        return servable.run(signature, inputs)
    except Exception as error:
        raise RefusedError(f"signature `{signature}` failed: {_message(error)}") from error


def agree(first: np.ndarray, second: np.ndarray, tolerance: float, difference: str) -> None:
    """Compares numbers of one shape.

    Raises:
        RefusedError: They differ by more than the tolerance; `difference` says in which way.
    """
    largest = float(np.max(np.abs(first - second), initial=0.0))
    if largest > tolerance:
        raise RefusedError(f"{difference}, by up to {largest:.3g}")


def _message(error: Exception) -> str:
    """The error's own words on one line, cut where TensorFlow goes on to print the graph."""
    words = " ".join(str(getattr(error, "message", None) or error).split())
    return words if len(words) <= _LONGEST_MESSAGE else words[:_LONGEST_MESSAGE] + "…"
