"""The table of checks: one for each signature that only some models offer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import tensorflow as tf

from components.servability_gate.checks.explanations import try_explain
from components.servability_gate.checks.item_priors import try_item_prior
from components.servability_gate.checks.retrieval import try_catalogue_ranks, try_retrieval, try_sessions
from components.servability_gate.checks.scores import Asked
from components.servability_gate.checks.vectors import try_similar_items, try_vectors
from schemas import signatures

Check = Callable[[Asked, str, Sequence[tf.train.Example], float], None]
"""Asks a signature of a model about examples with equally many candidates, and checks the answers.

The number is how far scores and other numbers may differ from those that they should equal. A check that fails raises
RefusedError.
"""

CHECKS: Final[Mapping[str, Check]] = {
    signatures.EXPLAIN: try_explain,
    signatures.RECOMMEND: try_retrieval,
    signatures.SEARCH: try_retrieval,
    signatures.EMBED_USER: try_vectors,
    signatures.EMBED_QUERY: try_vectors,
    signatures.EMBED_ITEM: try_vectors,
    signatures.SIMILAR_ITEMS: try_similar_items,
    signatures.ITEM_PRIOR: try_item_prior,
    signatures.CATALOGUE_RANKS: try_catalogue_ranks,
    signatures.SESSIONS: try_sessions,
}
"""The checks by signature. `trial.py` tries `serving_default` and `rank`, which every model offers."""


def try_offered(servable: Asked, examples: Sequence[tf.train.Example], tolerance: float) -> None:
    """Runs the check of each of these signatures that a model has.

    Args:
        servable: The model.
        examples: Behaviour examples with equally many candidates.
        tolerance: How far numbers may differ from those that they should equal, such as the scores of a list from
            those of `rank`, or an example's scores in a shared request from those in a request of its own.

    Raises:
        RefusedError: A signature fails, or answers what it should not.
    """
    for signature, check in CHECKS.items():
        if signature in servable.signature_defs:
            check(servable, signature, examples, tolerance)
