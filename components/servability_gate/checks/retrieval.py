"""Checks the signatures that answer lists of items, ranks among all items, and sessions."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from components.servability_gate.checks.item_priors import agree_among_all, coarseness, list_priors
from components.servability_gate.checks.scores import Asked, RefusedError, agree, answer, run
from components.servability_gate.requests.rank_inputs import strings
from components.servability_gate.requests.signature_inputs import ITEMS_ASKED_FOR, signature_request
from schemas import features, retrieval_sources, signatures
from schemas.canonical_event import Surface
from schemas.signature_catalogue import SIGNATURES

_POPULARITY = retrieval_sources.POPULARITY.encode()
_NO_CATEGORY = "\N{SNOWMAN} never seen".encode()


def try_retrieval(servable: Asked, signature: str, examples: Sequence[tf.train.Example], tolerance: float) -> None:
    """Asks about all examples together and one by one, and compares the scores with those of `rank`.

    They are the same or, if the model has `item_prior`, the log-odds of each differ by what that tells of the item,
    calibrated as scores are.
    Every other row leaves out what it has seen. `search` is asked about the examples that have a query.
    """
    if signature == signatures.SEARCH:
        examples = [example for example in examples if any(strings(example, features.QUERY))]
        if not examples:
            return
    request = signature_request(servable.signature_defs, signature, examples)
    items, scores, is_popular = _found(servable, signature, request)
    priors = list_priors(servable, signature, items)
    coarse = np.zeros_like(scores) if priors is None else coarseness(scores, priors)
    nowhere = {signatures.CATEGORY: np.full([len(examples), 1], _NO_CATEGORY, object)}
    if (_found(servable, signature, request | nowhere)[0] != b"").any():
        raise RefusedError(f"signature `{signature}` answered items of a category that there is not")
    for place, example in enumerate(examples):
        seen = set(strings(example, features.HISTORY_ITEMS))
        if request[signatures.EXCLUDE_SEEN][place] and seen & set(items[place]):
            raise RefusedError(f"signature `{signature}` answered what a row had seen and asked to leave out")
        _, alone, _ = _found(servable, signature, {name: values[place : place + 1] for name, values in request.items()})
        is_same = np.abs(alone[0] - scores[place]) <= coarse[place]
        alike = np.where(is_same, scores[place], alone[0])
        agree(alike, scores[place], tolerance, f"`{signature}` scores differently alone and together with others")
    query = {signatures.RANK_QUERY: np.full([len(examples)], b"", object)} if signature == signatures.RECOMMEND else {}
    to_rank = signature_request(
        servable.signature_defs, signatures.RANK, examples, {signatures.RANK_CANDIDATES: items, **query}
    )
    by_rank = answer(servable, signatures.RANK, to_rank, (len(examples), ITEMS_ASKED_FOR))
    is_padding, is_popular = items == b"", np.broadcast_to(is_popular[:, np.newaxis], items.shape)
    difference = f"`{signature}` and `{signatures.RANK}` score the same items differently"
    if priors is None:
        agree(np.where(is_padding, 0, np.where(is_popular, scores, by_rank)), scores, tolerance, difference)
        return
    agree(np.where(is_padding, scores, 0), np.zeros_like(scores), 0, f"`{signature}` scored padding")
    of_ranker = ~is_padding & ~is_popular
    agree_among_all(by_rank[of_ranker], scores[of_ranker], priors[of_ranker], tolerance, difference)


def _found(
    servable: Asked, signature: str, request: dict[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Asks for items and scores, and checks their types, shapes, values and order.

    Returns:
        The items, the scores, and whether all items of a row come from popularity alone, bool [batch]: then nothing was
        known of the row, and its scores are not those of `rank`.
    """
    outputs = run(servable, signature, request)
    shape = (len(request[signatures.K]), ITEMS_ASKED_FOR)
    kinds = {signatures.ITEMS: object, signatures.SCORES: np.float32}
    if signatures.SOURCES in outputs:  # Models that were exported by older versions do not tell it.
        kinds[signatures.SOURCES] = object
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
    sources = outputs.get(signatures.SOURCES, np.full(shape, b"", object))
    _check_sources(signature, items, sources, is_told=signatures.SOURCES in outputs)
    return items, scores, ((sources == _POPULARITY) == (items != b"")).all(axis=1)


def _check_sources(signature: str, items: np.ndarray, sources: np.ndarray, is_told: bool) -> None:
    """Refuses items without a known source, and padding with one."""
    is_known = np.isin(sources, [name.encode() for name in retrieval_sources.SOURCES])
    if is_told and (is_known != (items != b"")).any():
        raise RefusedError(
            f"signature `{signature}` should tell one of {', '.join(retrieval_sources.SOURCES)} as the source of each "
            f"item, and an empty string for padding, it told {sources.tolist()}"
        )


def try_catalogue_ranks(servable: Asked, signature: str, examples: Sequence[tf.train.Example], _: float) -> None:
    """Asks for the ranks of each example's first candidate."""
    outputs = run(servable, signature, signature_request(servable.signature_defs, signature, examples))
    row = SIGNATURES[signature]
    further = [each.name for each in row.composed_outputs if each.name in outputs]
    for name in (*(each.name for each in row.outputs), *further):
        ranks = outputs.get(name)
        if ranks is None or ranks.dtype != np.int64 or ranks.shape != (len(examples),) or (ranks < 0).any():
            raise RefusedError(
                f"signature `{signature}` should answer int64 `{name}` of 0 or more "
                f"[{len(examples)}] (batch), it answered {outputs}"
            )


def try_sessions(servable: Asked, signature: str, examples: Sequence[tf.train.Example], _: float) -> None:
    """Asks for the sessions of the histories of both surfaces."""
    surfaces = [surface.value.encode() for surface in Surface]
    for surface in surfaces:
        asked = {signatures.SESSIONS_SURFACE: np.full([len(examples)], surface, object)}
        outputs = run(servable, signature, signature_request(servable.signature_defs, signature, examples, asked))
        for name, values in outputs.items():
            if len(values) != len(examples) or not np.isfinite(values).all():
                raise RefusedError(
                    f"signature `{signature}` should answer finite numbers for {len(examples)} rows, "
                    f"`{name}` are {list(values.shape)}: {values.tolist()}"
                )
