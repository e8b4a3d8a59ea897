import pytest

from components.servability_gate.requests.probes import probes
from components.servability_gate.requests.rank_inputs import strings
from schemas import features
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example, write_examples

HISTORY = (Token(Surface.RECOMMENDATION, ("i1",)), Token(Surface.SEARCH, ("i2",), "red mug"))


def _recommendation(user: str, candidates=("a", "b")) -> bytes:
    return behaviour_example(candidates, user=user, history=HISTORY)


def _search(user: str, candidates=("a", "b")) -> bytes:
    return behaviour_example(candidates, surface=Surface.SEARCH, query="mug", user=user, history=HISTORY)


def _users(probe) -> list[bytes]:
    return [strings(example, features.USER_ID)[0] for example in probe.examples]


def test_replays_as_many_of_each_surface_however_they_are_ordered(tmp_path):
    examples = [_recommendation(f"r{place}") for place in range(5)] + [_search(f"s{place}") for place in range(5)]
    real, *_ = probes([write_examples(tmp_path / "one.gz", examples)], examples=4)
    assert _users(real) == [b"r0", b"r1", b"s0", b"s1"]


def test_examples_of_unequal_candidate_lists_go_into_requests_of_their_own(tmp_path):
    examples = [_recommendation("u1", "abc"), _recommendation("u2", "ab"), _recommendation("u3", "xyz")]
    asked = probes([write_examples(tmp_path / "one.gz", examples)], examples=64)
    assert [(_users(probe), probe.shape) for probe in asked[:2]] == [([b"u2"], (1, 2)), ([b"u1", b"u3"], (2, 3))]


def test_requests_carry_no_labels(tmp_path):
    asked = probes([write_examples(tmp_path / "one.gz", [_search("u")])], examples=64)
    assert all(features.LABELS not in example.features.feature for probe in asked for example in probe.examples)


def test_strangers_ask_for_what_no_vocabulary_holds(tmp_path):
    examples = [_recommendation("u1"), _search("u2", "abc")]
    *_, strangers, _ = probes([write_examples(tmp_path / "one.gz", examples)], examples=64)
    assert strangers.name == "unknown user, items and words"
    assert strangers.shape == (2, 2)
    known = {b"u1", b"u2", b"a", b"b", b"c", b"mug", b"red mug", b"i1", b"i2"}
    for example, surface, has_query in zip(strangers.examples, Surface, (False, True), strict=True):
        asked = {name: list(strings(example, name)) for name in features.BEHAVIOUR_FEATURES}
        assert asked.pop(features.SURFACE) == [surface.value.encode()]
        assert bool(asked[features.QUERY][0]) is has_query
        assert len(set(asked[features.CANDIDATES])) == 2
        assert not known & {value for values in asked.values() for value in values}


def test_newcomers_have_neither_name_nor_history(tmp_path):
    *_, newcomers = probes([write_examples(tmp_path / "one.gz", [_recommendation("u1"), _search("u2")])], examples=64)
    assert newcomers.name == "neither user nor history"
    assert _users(newcomers) == [b"", b""]
    assert all(features.HISTORY_KINDS not in example.features.feature for example in newcomers.examples)
    assert [list(strings(example, features.CANDIDATES)) for example in newcomers.examples] == [[b"a", b"b"]] * 2


def test_refuses_files_without_anything_to_ask(tmp_path):
    searches_without_a_query = [behaviour_example(["a"], surface=Surface.SEARCH)]
    file = write_examples(tmp_path / "one.gz", searches_without_a_query)
    with pytest.raises(ValueError, match="The gate needs examples to replay. Received: none in 1 files: .*one.gz"):
        probes([file], examples=64)


def test_strangers_keep_their_numbers(tmp_path):
    """A model parses each feature by its kind, and refuses an example in which a number has become a string."""
    *_, strangers, _ = probes([write_examples(tmp_path / "one.gz", [_search("u1")])], examples=64)
    feature = strangers.examples[0].features.feature
    assert list(feature[features.TIMESTAMP_MS].int64_list.value) == [1_000]
    assert list(feature[features.HISTORY_KINDS].int64_list.value) == [1, 2]


def test_strangers_search_even_where_nobody_has(tmp_path):
    *_, strangers, newcomers = probes([write_examples(tmp_path / "one.gz", [_recommendation("u1")])], examples=64)
    assert [strings(each, features.SURFACE)[0] for each in strangers.examples] == [b"recommendation", b"search"]
    assert [bool(strings(each, features.QUERY)[0]) for each in strangers.examples] == [False, True]
    assert len(newcomers.examples) == 1


def test_newcomers_are_made_of_examples_without_searches_too(tmp_path):
    lonely = behaviour_example(("a", "b"), history=HISTORY[:1])
    *_, newcomers = probes([write_examples(tmp_path / "one.gz", [lonely])], examples=64)
    assert features.HISTORY_ITEMS not in newcomers.examples[0].features.feature
