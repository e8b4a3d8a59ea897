"""Builds the request that asks any signature of a model about examples."""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

from components.servability_gate.requests.rank_inputs import rank_request, strings
from schemas import features, signatures
from schemas.canonical_event import Surface

SignatureDefs = Mapping[str, meta_graph_pb2.SignatureDef]
"""A model's signatures by name."""
ITEMS_ASKED_FOR = 10
_NO_VALUES: Mapping[str, np.ndarray] = {}


def signature_request(
    defs: SignatureDefs,
    signature: str,
    examples: Sequence[tf.train.Example],
    given: Mapping[str, np.ndarray] = _NO_VALUES,
) -> dict[str, np.ndarray]:
    """Fills every input of a signature, by its name, from the examples.

    Inputs that an example does not hold get usual values: `k` is ten, the category is any, every other row leaves out
    what it has seen, the item is the first candidate, and the sessions are those of recommendation.

    Args:
        defs: The model's signatures by name.
        signature: The name of the signature.
        examples: Behaviour examples with equally many candidates.
        given: Values that replace these. Values that are no inputs of the signature are left out.

    Returns:
        The inputs, with one row for each example.
    """
    values = _usual(signature, examples) | dict(given)
    inputs = defs[signature].inputs
    context = [name for name in inputs if name not in (*signatures.RANK_INPUTS, *values)]
    told = rank_request(examples, context) | values
    return {name: told[name] for name in inputs}


def _usual(signature: str, examples: Sequence[tf.train.Example]) -> dict[str, np.ndarray]:
    rows = len(examples)
    # Only `catalogue_ranks` needs a label: it ranks the positive among all items.
    serialize = _labelled if signature == signatures.CATALOGUE_RANKS else tf.train.Example.SerializeToString
    return {
        signatures.EXAMPLES: np.array([serialize(example) for example in examples], object),
        signatures.K: np.full([rows], ITEMS_ASKED_FOR, np.int32),
        signatures.EXCLUDE_SEEN: np.arange(rows) % 2 == 0,
        signatures.CATEGORY: np.full([rows, 1], b"", object),
        signatures.ITEM_ID: np.array([strings(example, features.CANDIDATES)[0] for example in examples], object),
        signatures.SESSIONS_SURFACE: np.full([rows], Surface.RECOMMENDATION.value.encode(), object),
    }


def _labelled(example: tf.train.Example) -> bytes:
    """The example with its first candidate as the positive."""
    copy = tf.train.Example()
    copy.CopyFrom(example)
    others = len(strings(example, features.CANDIDATES)) - 1
    copy.features.feature[features.LABELS].float_list.value[:] = [1.0] + [0.0] * others
    return copy.SerializeToString()
