"""Checks the signatures that answer vectors and similar items."""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from components.servability_gate.checks.scores import Asked, RefusedError, agree, run
from components.servability_gate.requests.signature_inputs import ITEMS_ASKED_FOR, signature_request
from schemas import signatures


def try_vectors(servable: Asked, signature: str, examples: Sequence[tf.train.Example], tolerance: float) -> None:
    """Asks about all examples together and one by one.

    Args:
        servable: The model.
        signature: `embed_user`, `embed_query` or `embed_item`.
        examples: Behaviour examples with equally many candidates; the first candidates are the items asked for.
        tolerance: How far the numbers of a vector may differ from those of a request with one example, relative to the
            largest of them.

    Raises:
        RefusedError: The signature fails, or answers what it should not.
    """
    request = signature_request(servable.signature_defs, signature, examples)
    together = _vectors(servable, signature, request)
    for place, vector in enumerate(together):
        alone = _vectors(servable, signature, {name: rows[place : place + 1] for name, rows in request.items()})
        # Vectors may have any length, and the tolerance is meant for numbers around 1.
        length = max(1.0, float(np.max(np.abs(vector), initial=0.0)))
        difference = f"`{signature}` answers differently alone and together with others"
        agree(alone[0] / length, vector / length, tolerance, difference)


def _vectors(servable: Asked, signature: str, request: Mapping[str, np.ndarray]) -> np.ndarray:
    rows = len(next(iter(request.values())))
    vectors = run(servable, signature, request).get(signatures.EMBEDDING)
    if vectors is None or vectors.dtype != np.float32 or vectors.ndim != 2 or len(vectors) != rows:
        found = "nothing" if vectors is None else f"{vectors.dtype} {list(vectors.shape)}"
        raise RefusedError(
            f"signature `{signature}` should answer float32 `{signatures.EMBEDDING}` [{rows}, dim], it answered {found}"
        )
    if not np.isfinite(vectors).all():
        raise RefusedError(f"signature `{signature}` gave vectors that are not finite")
    return vectors


def try_similar_items(servable: Asked, signature: str, examples: Sequence[tf.train.Example], tolerance: float) -> None:
    """Asks for items similar to the first candidates. Their scores must be the cosines of the items' vectors."""
    request = signature_request(servable.signature_defs, signature, examples)
    items = request[signatures.ITEM_ID]
    outputs = run(servable, signatures.SIMILAR_ITEMS, request)
    found, scores = outputs[signatures.ITEMS], outputs[signatures.SCORES]
    if found.shape != (len(items), ITEMS_ASKED_FOR) or scores.shape != found.shape or not np.isfinite(scores).all():
        raise RefusedError(
            f"signature `{signatures.SIMILAR_ITEMS}` should answer {[len(items), ITEMS_ASKED_FOR]} (batch, items) "
            f"items and finite scores, it answered {list(found.shape)} and {list(scores.shape)}: {scores.tolist()}"
        )
    for item, row, own_scores in zip(items, found.tolist(), scores, strict=True):
        given = [each for each in row if each]
        if item in given or len(set(given)) < len(given) or row[: len(given)] != given:
            raise RefusedError(
                f"signature `{signatures.SIMILAR_ITEMS}` answered the item itself, an item twice, or padding before an "
                f"item: {row} for {item!r}"
            )
        if (np.diff(own_scores[: len(given)]) > 0).any():
            raise RefusedError(f"signature `{signatures.SIMILAR_ITEMS}` did not put the most similar item first")
        if given and signatures.EMBED_ITEM in servable.signature_defs:
            asked = {signatures.ITEM_ID: np.array([item, *given], object)}
            one, *others = _vectors(servable, signatures.EMBED_ITEM, asked)
            cosines = [other @ one / max(np.linalg.norm(other) * np.linalg.norm(one), 1e-30) for other in others]
            difference = f"`{signatures.SIMILAR_ITEMS}` scores are not the cosines of `{signatures.EMBED_ITEM}`"
            agree(np.array(cosines), own_scores[: len(given)], tolerance, difference)
