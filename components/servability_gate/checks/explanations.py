"""Checks the signature `explain`, which answers how much each token of a history counted."""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from components.servability_gate.checks.scores import Asked, RefusedError, agree, answer, run
from components.servability_gate.requests.signature_inputs import signature_request
from schemas import signatures
from schemas.canonical_event import Surface


def try_explain(servable: Asked, signature: str, examples: Sequence[tf.train.Example], tolerance: float) -> None:
    """Asks `explain` for all examples together, then one by one.

    Args:
        servable: The loaded model.
        signature: `explain`.
        examples: Behaviour examples with equally many candidates.
        tolerance: How far scores may differ from those of `rank`, how far scores and weights may differ from those of a
            request with one example, and how far the sum of a surface's weights may exceed 1.

    Raises:
        RefusedError: The signature fails, or answers what it should not.
    """
    request = signature_request(servable.signature_defs, signature, examples)
    scores, weights = _explained(servable, request)
    to_rank = signature_request(servable.signature_defs, signatures.RANK, examples)
    rows, candidates = scores.shape
    by_rank = answer(servable, signatures.RANK, to_rank, (rows, candidates))
    difference = f"`{signatures.EXPLAIN}` and `{signatures.RANK}` score the same items differently"
    agree(scores, by_rank, tolerance, difference)
    surfaces = request[signatures.RANK_HISTORY_SURFACES]
    of_surfaces = [np.where((surfaces == each.value.encode())[:, np.newaxis], weights, 0) for each in Surface]
    largest_sum = max(each.sum(axis=2).max(initial=0) for each in of_surfaces)
    if (weights < 0).any() or largest_sum > 1 + tolerance or (np.sum(of_surfaces, axis=0) != weights).any():
        raise RefusedError(
            f"signature `{signatures.EXPLAIN}` should answer `{signatures.HISTORY_WEIGHTS}` of 0 or more that add up "
            f"to 1 at most over the tokens of a surface, and of 0 for padding; it answered {weights.tolist()}"
        )
    difference = f"`{signatures.EXPLAIN}` answers differently alone and together with others"
    for place in range(len(examples)):
        alone = _explained(servable, {name: rows[place : place + 1] for name, rows in request.items()})
        for own, of_all in zip(alone, (scores, weights), strict=True):
            agree(own[0], of_all[place], tolerance, difference)


def _explained(servable: Asked, request: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Asks for scores and weights, and checks their types, shapes and values."""
    shape = request[signatures.RANK_CANDIDATES].shape
    tokens = request[signatures.RANK_HISTORY_SURFACES].shape[1]
    due = {
        signatures.HISTORY_WEIGHTS: (np.dtype(np.float32), (*shape, tokens)),
        signatures.SCORES: (np.dtype(np.float32), shape),
    }
    outputs = run(servable, signatures.EXPLAIN, request)
    found = {name: (each.dtype, each.shape) for name, each in sorted(outputs.items())}
    if found != due:
        raise RefusedError(f"signature `{signatures.EXPLAIN}` should answer {_text(due)}; it answered {_text(found)}")
    if not all(np.isfinite(each).all() for each in outputs.values()):
        raise RefusedError(f"signature `{signatures.EXPLAIN}` gave numbers that are not finite")
    return outputs[signatures.SCORES], outputs[signatures.HISTORY_WEIGHTS]


def _text(described: Mapping[str, tuple[np.dtype, tuple[int, ...]]]) -> str:
    return " and ".join(f"{kind} `{name}` {list(shape)}" for name, (kind, shape) in described.items())
