import pytest

from schemas import signatures
from serving.divided_history import DividedHistory, Session, divided_history

OUTPUTS = {
    signatures.SESSION_TOKENS: [[2, 5, -1]],
    signatures.SESSION_WINDOWS: [[[0, 1.25], [1.25, 2]]],
    signatures.SESSION_SHARES: [[[1, 0.25, 0], [0, 0.75, 0]]],
}
BY_CLICKS = (Session(0.0, 1.25, (1.0, 0.25)), Session(1.25, 2.0, (0.0, 0.75)))


def test_room_behind_the_events_is_left_out():
    assert divided_history(OUTPUTS) == DividedHistory((2, 5), BY_CLICKS)


def test_sessions_by_queries():
    queries = {signatures.QUERY_WINDOWS: [[[0, 2], [2, 2]]], signatures.QUERY_SHARES: [[[1, 1, 0], [0, 0, 0]]]}
    by_queries = (Session(0.0, 2.0, (1.0, 1.0)), Session(2.0, 2.0, (0.0, 0.0)))
    assert divided_history(OUTPUTS | queries) == DividedHistory((2, 5), BY_CLICKS, by_queries)


def test_empty_windows_are_windows():
    queries = {signatures.QUERY_WINDOWS: [[[0, 0], [2, 2]]], signatures.QUERY_SHARES: [[[0, 0, 0], [0, 0, 0]]]}
    assert [session.end for session in divided_history(OUTPUTS | queries).by_queries] == [0.0, 2.0]


def test_windows_that_say_nothing_of_queries():
    queries = {signatures.QUERY_WINDOWS: [[[0, 0], [0, 0]]], signatures.QUERY_SHARES: [[[0, 0, 0], [0, 0, 0]]]}
    assert divided_history(OUTPUTS | queries).by_queries == ()


def test_an_answer_to_something_else():
    with pytest.raises(ValueError, match="the answer should have one row"):
        divided_history({name: values * 2 for name, values in OUTPUTS.items()})
