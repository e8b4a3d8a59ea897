import pytest

from components.servability_gate.requests.rank_inputs import expressible, rank_request
from schemas import features, signatures
from schemas.canonical_event import Surface, Token
from tests.support.asked_models import example

HISTORY = (
    Token(Surface.RECOMMENDATION, ("i1",)),
    Token(Surface.SEARCH, ("i2", "i3"), "red mug"),
    Token(Surface.SEARCH, (), "blue mug"),
)


def test_asks_what_the_examples_say():
    request = rank_request(
        [
            example(["a", "b"], surface=Surface.SEARCH, query="mug", user="ann", history=HISTORY),
            example(["c", "d"], user="bob", history=HISTORY[:1]),
        ]
    )
    assert {name: values.tolist() for name, values in request.items()} == {
        signatures.RANK_USER_ID: [b"ann", b"bob"],
        signatures.RANK_QUERY: [b"mug", b""],
        signatures.RANK_CANDIDATES: [[b"a", b"b"], [b"c", b"d"]],
        signatures.RANK_HISTORY_SURFACES: [[b"recommendation", b"search", b"search"], [b"recommendation", b"", b""]],
        signatures.RANK_HISTORY_QUERIES: [[b"", b"red mug", b"blue mug"], [b"", b"", b""]],
        signatures.RANK_HISTORY_ITEMS: [
            [[b"i1", b""], [b"i2", b"i3"], [b"", b""]],
            [[b"i1", b""], [b"", b""], [b"", b""]],
        ],
    }


def test_tells_of_the_moment_what_the_model_asks_for_and_an_empty_history_has_a_place_on_each_axis():
    ann, bob = example(["a"]), example(["b"])
    ann.features.feature[features.CONTEXT_VALUES].bytes_list.value[:] = [b"city=Rome", b"device=phone"]
    del bob.features.feature[features.TIMESTAMP_MS]
    request = rank_request([ann, bob], context=("timestamp_ms", "device"))
    assert request["timestamp_ms"].tolist() == [1_000, -1] and request["timestamp_ms"].dtype == "int64"
    assert request["device"].tolist() == [b"phone", b""]
    assert "city" not in request
    # An empty history still has a place on each axis.
    request = rank_request([example(["a"]), example(["b"])])
    assert request[signatures.RANK_HISTORY_SURFACES].tolist() == [[b""], [b""]]
    assert request[signatures.RANK_HISTORY_ITEMS].tolist() == [[[b""]], [[b""]]]


def test_refuses_unequal_candidate_lists_and_a_search_that_would_become_a_recommendation():
    with pytest.raises(ValueError, match=r"need equally many candidates. Received: \{1, 2\}"):
        rank_request([example(["a"]), example(["a", "b"])])
    search = example(["a"], surface=Surface.SEARCH, query="")
    assert not expressible(search)
    with pytest.raises(ValueError, match="Received: a search example without a query"):
        rank_request([search])
