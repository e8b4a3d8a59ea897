"""Asks one signature for scores and looks hard at the answer."""

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

from components.servability_gate.requests.signature_inputs import signature_request
from schemas import signatures

_LONGEST_MESSAGE = 600


class RefusedError(Exception):
    """The model did what a servable model does not do; the message says what."""


class Asked(Protocol):
    """What the gate needs of a model, wherever it runs."""

    @property
    def signature_defs(self) -> Mapping[str, meta_graph_pb2.SignatureDef]:
        """The signatures by name."""

    def run(self, signature_name: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Calls a signature."""


def further_request(
    servable: Asked,
    signature: str,
    examples: Sequence[tf.train.Example],
    further: Mapping[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Builds what any signature takes, of what the examples tell and of what is given beside: `signature_request`."""
    return signature_request(servable.signature_defs, signature, examples, further)


def answer(servable: Asked, signature: str, inputs: Mapping[str, np.ndarray], shape: tuple[int, int]) -> np.ndarray:
    """Asks a signature.

    Args:
        servable: The model.
        signature: Which signature.
        inputs: As `signature_request` builds them.
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
    except RefusedError:
        raise
    except Exception as error:
        raise RefusedError(f"signature `{signature}` failed: {one_line(str(error))}") from error


def agree(first: np.ndarray, second: np.ndarray, tolerance: float, difference: str) -> None:
    """Compares numbers of one shape.

    Raises:
        RefusedError: They differ by more than the tolerance; `difference` says in which way.
    """
    largest = largest_difference(first, second)
    if largest > tolerance:
        raise RefusedError(f"{difference}, by up to {largest:.3g}")


def largest_difference(first: np.ndarray, second: np.ndarray) -> float:
    """How far two answers are apart: 0 where they are the same, infinite where they cannot be compared.

    What is not finite in both is the same; to refuse it is another's business.
    """
    if first.shape != second.shape:
        return math.inf
    if not np.issubdtype(first.dtype, np.floating):
        return 0.0 if np.array_equal(first, second) else math.inf
    differ = ~np.isclose(first, second, rtol=0, atol=0, equal_nan=True)
    with np.errstate(invalid="ignore"):
        largest = float(np.max(np.abs(first[differ] - second[differ]), initial=0.0))
    return math.inf if math.isnan(largest) else largest


def one_line(message: str) -> str:
    """An error's own words on one line, cut where TensorFlow goes on to print the graph."""
    words = " ".join(message.split())
    return words if len(words) <= _LONGEST_MESSAGE else words[:_LONGEST_MESSAGE] + "…"
