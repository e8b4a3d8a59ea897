"""The inputs that the graph makes of an example, against those that the gate makes of it outside."""

import numpy as np
import pytest
import tensorflow as tf

from components.retrieve_then_rank.example_request import example_request
from components.servability_gate.requests.rank_inputs import rank_request
from schemas import features, signatures
from schemas.canonical_event import Surface, Token
from tests.support.asked_models import example

CLICK, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH
LONG = (
    Token(CLICK, ("a",)),
    Token(SEARCH, ("b", "c", "b"), "red"),
    Token(SEARCH, (), "nothing clicked"),
    Token(CLICK, ("d",)),
    Token(SEARCH, ("Ä / 1",), "Größe"),
)
EXAMPLES = [
    example(["x", "y"], history=LONG),
    example(["x", "y"], history=LONG[3:4], surface=SEARCH, query="mug", user="u2"),
    example(["y", "x"], positive=1, user=""),
    example(["x", "y"], positive=-1, history=LONG[:0:-1]),
]


def asked(examples, context=()):
    return example_request(tf.constant([each.SerializeToString() for each in examples]), context)


def with_context(texts, moment=None):
    copy = tf.train.Example.FromString(EXAMPLES[0].SerializeToString())
    copy.features.feature[features.CONTEXT_VALUES].bytes_list.value[:] = [text.encode() for text in texts]
    moments = copy.features.feature[features.TIMESTAMP_MS].int64_list.value
    moments[:] = [] if moment is None else [moment]
    return copy


@pytest.mark.parametrize("chosen", [range(4), [0], [1], [2], [3, 1]])
def test_they_are_those_of_the_gate_with_padding_after_them(chosen):
    examples = [EXAMPLES[place] for place in chosen]
    inputs, expected = asked(examples).inputs, rank_request(examples)
    for name in set(signatures.RANK_INPUTS) - {signatures.RANK_CANDIDATES}:
        found = inputs[name].numpy()
        inside = tuple(slice(size) for size in expected[name].shape)
        np.testing.assert_array_equal(found[inside], expected[name], name)
        assert np.count_nonzero(found != b"") == np.count_nonzero(expected[name] != b""), name


def test_surface_positive_and_history():
    request = asked(EXAMPLES)
    assert request.surfaces.numpy().tolist() == [b"recommendation", b"search", b"recommendation", b"recommendation"]
    assert request.positives.numpy().tolist() == [b"x", b"x", b"x", b""]
    clicked = [[item.decode() for item in row if item] for row in request.history.numpy().tolist()]
    assert clicked[:3] == [["a", "b", "c", "b", "d", "Ä / 1"], ["d"], []]
    for name in (features.LABELS, features.USER_ID, features.SURFACE):
        lacking = tf.train.Example.FromString(EXAMPLES[1].SerializeToString())
        del lacking.features.feature[name]
        told = asked([lacking])
        found = {
            features.LABELS: told.positives,
            features.USER_ID: told.inputs[signatures.RANK_USER_ID],
            features.SURFACE: told.surfaces,
        }
        assert found[name].numpy().tolist() == [b""]


def test_context_is_found_by_its_name_and_what_is_not_told_is_unknown():
    examples = [
        with_context(["device=tv", "device_kind=big=3"], 7),
        with_context(["x=device=tv", "device"]),
        with_context([], 0),
    ]
    names = ["device", "device_kind", signatures.RANK_TIMESTAMP_MS]
    inputs, expected = asked(examples, names[:2]).inputs, rank_request(examples, names)
    for name in names:
        assert inputs[name].numpy().tolist() == expected[name].tolist()
    assert inputs["device_kind"].numpy().tolist() == [b"big=3", b"", b""]
    assert inputs[signatures.RANK_TIMESTAMP_MS].numpy().tolist() == [7, -1, 0]


def test_no_examples_are_no_rows():
    request = example_request(tf.zeros([0], tf.string), ["device"])
    rows = {len(each) for each in (request.surfaces, request.positives, request.history, *request.inputs.values())}
    assert rows == {0}
