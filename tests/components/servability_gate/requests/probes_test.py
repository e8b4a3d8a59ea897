import pytest

from components.servability_gate.requests.probes import probes
from components.servability_gate.requests.rank_inputs import strings
from schemas import features
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example, write_examples

HISTORY = (Token(Surface.RECOMMENDATION, ("i1",)), Token(Surface.SEARCH, ("i2",), "red mug"))


@pytest.fixture
def probes_of(tmp_path):
    return lambda examples, most=64: probes([write_examples(tmp_path / "one.gz", examples)], examples=most)


def _recommendation(user: str, candidates="ab", history=HISTORY) -> bytes:
    return behaviour_example(candidates, user=user, history=history)


def _search(user: str, candidates="ab") -> bytes:
    return behaviour_example(candidates, surface=Surface.SEARCH, query="mug", user=user, history=HISTORY)


def _values(probe, name) -> list[bytes]:
    """The first value of a feature in each example."""
    return [strings(example, name)[0] for example in probe.examples]


def test_replays_as_many_of_each_surface_however_they_are_ordered(probes_of):
    examples = [_recommendation(f"r{place}") for place in range(5)] + [_search(f"s{place}") for place in range(5)]
    real, *_ = probes_of(examples, 4)
    assert _values(real, features.USER_ID) == [b"r0", b"r1", b"s0", b"s1"]
    with pytest.raises(ValueError, match="The gate needs examples to replay. Received: none in 1 files: .*one.gz"):
        probes_of([behaviour_example(["a"], surface=Surface.SEARCH)])  # A search without a query.


def test_examples_of_unequal_candidate_lists_go_into_requests_of_their_own_without_labels(probes_of):
    asked = probes_of([_recommendation("u1", "abc"), _recommendation("u2", "ab"), _recommendation("u3", "xyz")])
    assert [(_values(probe, features.USER_ID), probe.shape) for probe in asked[:2]] == [
        ([b"u2"], (1, 2)),
        ([b"u1", b"u3"], (2, 3)),
    ]
    assert all(features.LABELS not in example.features.feature for probe in asked for example in probe.examples)


@pytest.mark.parametrize("searched", [True, False])
def test_strangers_ask_for_what_no_vocabulary_holds_and_search_even_where_nobody_has(probes_of, searched):
    *_, strangers, _ = probes_of([_recommendation("u1"), *([_search("u2", "abc")] if searched else [])])
    assert strangers.name == "unknown user, items and words"
    assert strangers.shape == (2, 2)
    assert _values(strangers, features.SURFACE) == [b"recommendation", b"search"]
    assert [bool(query) for query in _values(strangers, features.QUERY)] == [False, True]
    known = {b"u1", b"u2", b"a", b"b", b"c", b"mug", b"red mug", b"i1", b"i2"}
    for example in strangers.examples:
        asked = {name: list(strings(example, name)) for name in features.BEHAVIOUR_FEATURES if name != features.SURFACE}
        assert len(set(asked[features.CANDIDATES])) == 2
        assert not known & {value for values in asked.values() for value in values}
        # Numbers stay numbers: a model parses each feature by its kind.
        numbers = example.features.feature
        assert list(numbers[features.TIMESTAMP_MS].int64_list.value) == [1_000]
        assert list(numbers[features.HISTORY_KINDS].int64_list.value) == [1, 2]


@pytest.mark.parametrize("others", [[_search("u2")], []])
@pytest.mark.parametrize("history", [HISTORY, HISTORY[:1]])
def test_newcomers_have_neither_name_nor_history(probes_of, others, history):
    *_, newcomers = probes_of([_recommendation("u1", history=history), *others])
    assert newcomers.name == "neither user nor history"
    assert _values(newcomers, features.USER_ID) == [b""] * (1 + len(others))
    for example in newcomers.examples:
        assert list(strings(example, features.CANDIDATES)) == [b"a", b"b"]
        assert not {features.HISTORY_KINDS, features.HISTORY_ITEMS} & {*example.features.feature}
