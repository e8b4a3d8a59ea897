"""Asks one signature for scores and looks hard at the answer."""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from components.servability_gate.rank_request import rank_request
from schemas import signatures
from serving.local_server.servable import Servable

SIGNATURES = (signatures.SERVING_DEFAULT, signatures.RANK)
FURTHER_SIGNATURES = (signatures.RECOMMEND, signatures.SEARCH, signatures.CATALOGUE_RANKS, signatures.SESSIONS)
"""What a model may have beside, and `further_signatures` asks."""
_LONGEST_MESSAGE = 600


class RefusedError(Exception):
    """The model did what a servable model does not do; the message says what."""


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


def request(servable: Servable, signature: str, examples: Sequence[tf.train.Example]) -> dict[str, np.ndarray]:
    """Builds the inputs by which a model's signature is asked for the scores of the examples' candidates."""
    if signature == signatures.RANK:
        found = servable.signature_defs[signature].inputs
        return rank_request(examples, context=[name for name in found if name not in signatures.RANK_INPUTS])
    return {signatures.EXAMPLES: np.array([example.SerializeToString() for example in examples], object)}


def answer(servable: Servable, signature: str, inputs: Mapping[str, np.ndarray], shape: tuple[int, int]) -> np.ndarray:
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


def run(servable: Servable, signature: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Asks a signature; whatever it answers comes back.

    Raises:
        RefusedError: The signature fails.
    """
    try:
        return servable.run(signature, inputs)
    except Exception as error:
        raise RefusedError(f"signature `{signature}` failed: {_message(error)}") from error


def _message(error: Exception) -> str:
    """The error's own words on one line, cut where TensorFlow goes on to print the graph."""
    words = " ".join(str(getattr(error, "message", None) or error).split())
    return words if len(words) <= _LONGEST_MESSAGE else words[:_LONGEST_MESSAGE] + "…"
