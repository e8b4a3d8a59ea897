"""Asks the signatures that only some models have, and looks hard at the answers."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from components.servability_gate.explain_signature import try_explain_signature
from components.servability_gate.rank_request import strings
from components.servability_gate.scoring import Asked, RefusedError, agree, answer, further_request, run
from components.servability_gate.signature_request import ITEMS_ASKED_FOR
from components.servability_gate.vector_signatures import try_vector_signatures
from schemas import features, signatures
from schemas.canonical_event import Surface

_NO_CATEGORY = "\N{SNOWMAN} never seen".encode()


def try_further_signatures(servable: Asked, examples: Sequence[tf.train.Example], tolerance: float) -> None:
    """Asks those of `scoring.FURTHER_SIGNATURES` that a model has.

    Args:
        servable: The model.
        examples: Behaviour examples with equally many candidates.
        tolerance: How far the scores of an item may differ from those that `rank` gives it, and from those of a request
            that an example has to itself.

    Raises:
        RefusedError: A signature fails, or answers what it should not.
    """
    has = servable.signature_defs
    if signatures.EXPLAIN in has:
        try_explain_signature(servable, examples, tolerance)
    if signatures.RECOMMEND in has:
        _try_retrieval(servable, signatures.RECOMMEND, examples, tolerance)
    searches = [example for example in examples if any(strings(example, features.QUERY))]
    if signatures.SEARCH in has and searches:
        _try_retrieval(servable, signatures.SEARCH, searches, tolerance)
    try_vector_signatures(servable, examples, tolerance)
    if signatures.CATALOGUE_RANKS in has:
        _try_catalogue_ranks(servable, examples)
    if signatures.SESSIONS in has:
        _try_sessions(servable, examples)


def _try_retrieval(servable: Asked, signature: str, examples: Sequence[tf.train.Example], tolerance: float) -> None:
    """Asks together and one by one, every other row without what it has seen; then has `rank` score the answer."""
    request = further_request(servable, signature, examples, {})
    items, scores = _found(servable, signature, request)
    nowhere = {signatures.CATEGORY: np.full([len(examples), 1], _NO_CATEGORY, object)}
    if (_found(servable, signature, request | nowhere)[0] != b"").any():
        raise RefusedError(f"signature `{signature}` answered items of a category that there is not")
    for place, example in enumerate(examples):
        seen = set(strings(example, features.HISTORY_ITEMS))
        if request[signatures.EXCLUDE_SEEN][place] and seen & set(items[place]):
            raise RefusedError(f"signature `{signature}` answered what a row had seen and asked to leave out")
        _, alone = _found(servable, signature, {name: values[place : place + 1] for name, values in request.items()})
        agree(alone[0], scores[place], tolerance, f"`{signature}` scores differently alone and together with others")
    query = {signatures.RANK_QUERY: np.full([len(examples)], b"", object)} if signature == signatures.RECOMMEND else {}
    to_rank = further_request(servable, signatures.RANK, examples, {signatures.RANK_CANDIDATES: items, **query})
    by_rank = answer(servable, signatures.RANK, to_rank, (len(examples), ITEMS_ASKED_FOR))
    agree(
        np.where(items == b"", 0, by_rank),
        scores,
        tolerance,
        f"`{signature}` and `{signatures.RANK}` score the same items differently",
    )


def _found(servable: Asked, signature: str, request: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The answered items and scores, looked at."""
    outputs = run(servable, signature, request)
    shape = (len(request[signatures.K]), ITEMS_ASKED_FOR)
    kinds = {signatures.ITEMS: object, signatures.SCORES: np.float32}
    found = {name: (each.dtype, each.shape) for name, each in outputs.items()}
    if found != {name: (np.dtype(kind), shape) for name, kind in kinds.items()}:
        raise RefusedError(
            f"signature `{signature}` should answer strings `{signatures.ITEMS}` and float32 `{signatures.SCORES}` "
            f"{list(shape)} (batch, items), it answered "
            + ", ".join(f"{kind} `{name}` {list(size)}" for name, (kind, size) in sorted(found.items()))
        )
    items, scores = outputs[signatures.ITEMS], outputs[signatures.SCORES]
    if not np.isfinite(scores).all():
        raise RefusedError(f"signature `{signature}` gave scores that are not finite")
    if (np.diff(scores, axis=1) > 0).any():
        raise RefusedError(f"signature `{signature}` did not put the best item first")
    for row in items.tolist():
        given = [item for item in row if item]
        if len(set(given)) < len(given) or row[: len(given)] != given:
            raise RefusedError(f"signature `{signature}` answered an item twice, or padding before an item: {row}")
    return items, scores


def _try_catalogue_ranks(servable: Asked, examples: Sequence[tf.train.Example]) -> None:
    """Asks for the ranks of each example's first candidate."""
    request = further_request(servable, signatures.CATALOGUE_RANKS, examples, {})
    outputs = run(servable, signatures.CATALOGUE_RANKS, request)
    ranks = outputs.get(signatures.RANKS)
    if ranks is None or ranks.dtype != np.int64 or ranks.shape != (len(examples),) or (ranks < 0).any():
        raise RefusedError(
            f"signature `{signatures.CATALOGUE_RANKS}` should answer int64 `{signatures.RANKS}` of 0 or more "
            f"[{len(examples)}] (batch), it answered {outputs}"
        )


def _try_sessions(servable: Asked, examples: Sequence[tf.train.Example]) -> None:
    surfaces = [surface.value.encode() for surface in Surface]
    for surface in surfaces:
        asked = {signatures.SESSIONS_SURFACE: np.full([len(examples)], surface, object)}
        outputs = run(servable, signatures.SESSIONS, further_request(servable, signatures.SESSIONS, examples, asked))
        for name, values in outputs.items():
            if len(values) != len(examples) or not np.isfinite(values).all():
                raise RefusedError(
                    f"signature `{signatures.SESSIONS}` should answer finite numbers for {len(examples)} rows, "
                    f"`{name}` are {list(values.shape)}: {values.tolist()}"
                )
