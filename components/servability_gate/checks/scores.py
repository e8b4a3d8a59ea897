"""What all checks share: asking a signature, checking its scores, and comparing answers."""

import math
from collections.abc import Mapping
from typing import Protocol

import numpy as np
from tensorflow.core.protobuf import meta_graph_pb2

from schemas import signatures
from schemas.score_map import ScoreMap

_LONGEST_MESSAGE = 600


class RefusedError(Exception):
    """The model must not be served; the message says why."""


class Asked(Protocol):
    """What the checks need of a model."""

    @property
    def signature_defs(self) -> Mapping[str, meta_graph_pb2.SignatureDef]:
        """The signatures by name."""

    @property
    def score_maps(self) -> Mapping[str, ScoreMap]:
        """How scores are calibrated, by the surface's value; empty if they are not."""

    def run(self, signature_name: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Calls a signature."""


def answer(servable: Asked, signature: str, inputs: Mapping[str, np.ndarray], shape: tuple[int, int]) -> np.ndarray:
    """Asks a signature.

    Args:
        servable: The model.
        signature: Which signature.
        inputs: The request, as `signature_request` builds it.
        shape: The shape that the scores should have: [batch, candidates].

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
    """Asks a signature, and returns whatever it answers.

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
    """How far two answers are apart: 0 if they are equal, infinite if they cannot be compared.

    NaN equals NaN, and infinity equals infinity; other checks refuse such numbers.
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
    """Puts an error's text on one line, and shortens it before TensorFlow prints the graph."""
    words = " ".join(message.split())
    return words if len(words) <= _LONGEST_MESSAGE else words[:_LONGEST_MESSAGE] + "…"
