import numpy as np
import tensorflow as tf

from components.servability_gate.requests.signature_inputs import signature_request
from schemas import features, signatures
from schemas.canonical_event import Surface
from tests.support.asked_models import example, signature_defs

EXAMPLES = [
    example(["a", "b"], user="ann", positive=1),
    example(["c", "d"], surface=Surface.SEARCH, query="mug", user="bob", positive=1),
]


def asked(signature, inputs, **given):
    request = signature_request(signature_defs({signature: inputs}), signature, EXAMPLES, given)
    return {name: values.tolist() for name, values in request.items()}


def test_every_input_is_filled_and_no_other():
    assert asked(signatures.RECOMMEND, ["user_id", "k", "exclude_seen", "category"]) == {
        "user_id": [b"ann", b"bob"],
        "k": [10, 10],
        "exclude_seen": [True, False],
        "category": [[b""], [b""]],
    }
    assert asked(signatures.SIMILAR_ITEMS, ["item_id"]) == {"item_id": [b"a", b"c"]}
    assert asked(signatures.SESSIONS, ["surface"]) == {"surface": [b"recommendation"] * 2}
    # What the model asks of the moment comes from the examples.
    assert asked(signatures.RANK, ["timestamp_ms", "device"]) == {"timestamp_ms": [1_000] * 2, "device": [b"", b""]}
    # What is given stands where it is an input.
    given = {"k": np.array([1, 2], np.int32), "query": np.array([b"", b""], object)}
    assert asked(signatures.RECOMMEND, ["k"], **given) == {"k": [1, 2]}
    assert asked(signatures.SEARCH, ["k", "query"], **given) == {"k": [1, 2], "query": [b"", b""]}


def test_only_ranks_in_the_catalogue_need_a_positive():
    (as_they_are,) = asked(signatures.SERVING_DEFAULT, ["examples"]).values()
    assert as_they_are == [example.SerializeToString() for example in EXAMPLES]
    (labelled,) = asked(signatures.CATALOGUE_RANKS, ["examples"]).values()
    labels = [tf.train.Example.FromString(each).features.feature[features.LABELS] for each in labelled]
    assert [list(each.float_list.value) for each in labels] == [[1, 0], [1, 0]]
    assert [list(each.features.feature[features.LABELS].float_list.value) for each in EXAMPLES] == [[0, 1], [0, 1]]
