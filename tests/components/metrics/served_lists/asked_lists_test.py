import tensorflow as tf

from components.metrics.served_lists.asked_lists import AskedLists
from schemas import signatures
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example
from tests.support.retrieval_models import save_retrieval_model

CATALOGUE = {"a": 4.0, "b": 3.0, "c": 2.0, "d": 1.0}
SEEN = [Token(Surface.RECOMMENDATION, ("b",))]
EXAMPLES = [
    behaviour_example(["d", "a"], history=SEEN),
    behaviour_example(["c", "a"], positive=1, surface=Surface.SEARCH, query="d", history=SEEN),
    behaviour_example(["d", "a"], positive=-1),
]


def asked(folder, exclude_seen, **saved):
    model = tf.saved_model.load(save_retrieval_model(folder, CATALOGUE, **saved))
    return sorted(AskedLists(model, 3, exclude_seen).of(tf.constant(EXAMPLES)))


def test_each_example_as_a_client_would_ask(tmp_path):
    # Without the item that the user had, d is third; a search for d has it first.
    assert asked(tmp_path / "1", True) == [
        ("recommendation", [b"a", b"b", b"c"], b""),
        ("recommendation", [b"a", b"c", b"d"], b"d"),
        ("search", [b"d", b"a", b"c"], b"a"),
    ]
    assert asked(tmp_path / "2", False)[1:] == [
        ("recommendation", [b"a", b"b", b"c"], b"d"),
        ("search", [b"d", b"a", b"b"], b"a"),
    ]


def test_a_surface_that_the_model_does_not_serve_has_no_lists_and_context_is_told(tmp_path):
    found = asked(tmp_path / "1", True, left_out=[signatures.SEARCH], context={"device": tf.string})
    assert [surface for surface, _, _ in found] == ["recommendation"] * 2
