import pytest

from schemas.canonical_event import Event, Surface, Token, tokens


def view(item, label=1):
    return Event("u", 0, Surface.RECOMMENDATION, item_id=item, label=label)


def click(item, query, session, label=1):
    return Event("u", 0, Surface.SEARCH, query=query, session_id=session, item_id=item, label=label)


def test_indices_leave_zero_for_padding():
    assert [surface.model_index for surface in (Surface.RECOMMENDATION, Surface.SEARCH)] == [0, 1]
    assert [surface.token_kind for surface in (Surface.RECOMMENDATION, Surface.SEARCH)] == [1, 2]


def test_only_an_engagement_with_an_item_is_a_target():
    events = (view("a"), view("a", label=0), click("", "mug", "s1"), click("", "mug", "s1", label=0))
    assert [event.is_target for event in events] == [True, False, False, False]


def test_clicks_of_one_session_and_query_are_one_token():
    events = [view("a"), click("b", "red mug", "s1"), click("c", "red mug", "s1"), view("d")]
    assert tokens(events, 5) == [
        Token(Surface.RECOMMENDATION, ("a",)),
        Token(Surface.SEARCH, ("b", "c"), "red mug"),
        Token(Surface.RECOMMENDATION, ("d",)),
    ]


def test_a_token_keeps_its_last_distinct_items():
    events = [click(item, "mug", "s1") for item in ("a", "b", "a", "c")]
    assert tokens(events, 2) == [Token(Surface.SEARCH, ("a", "c"), "mug")]


@pytest.mark.parametrize(
    "events",
    [
        [click("a", "mug", "s1"), click("b", "mugs", "s1")],
        [click("a", "mug", "s1"), click("b", "mug", "s2")],
        [click("a", "mug", "s1"), click("b", "mug", "")],
        [click("a", "mug", ""), click("b", "mug", "")],
        [click("a", "mug", "s1"), view("b"), click("c", "mug", "s1")],
    ],
    ids=["another query", "another session", "no session", "neither has a session", "a view in between"],
)
def test_each_event_is_a_token_of_its_own(events):
    assert len(tokens(events, 5)) == len(events)


def test_what_was_only_shown_is_no_history_and_closes_nothing():
    events = [click("a", "mug", "s1"), view("x", label=0), click("y", "tea", "s2", label=0), click("b", "mug", "s1")]
    assert tokens(events, 5) == [Token(Surface.SEARCH, ("a", "b"), "mug")]


@pytest.mark.parametrize("label", [0, 1])
def test_a_search_without_a_click_is_a_token_without_items(label):
    assert tokens([click("", "mug", "s1", label)], 5) == [Token(Surface.SEARCH, (), "mug")]
