import pytest

from schemas.canonical_event import Surface, Token
from serving.cli import asking
from serving.cli.demo_targets import agree, answer_text, history_text, last_target
from serving.client import RankedItem
from serving.event_log import HistoryLimits
from tfx_pipeline.configs import load_config


@pytest.fixture
def log(shop):
    return asking.read_log(load_config(str(shop)), ["7", "8"])


def test_the_last_search_with_the_history_strictly_before_it(log):
    target = last_target(log, "7", Surface.SEARCH, HistoryLimits())
    assert target.event.item_id == "d"
    assert (target.request.user_id, target.request.query) == ("7", "a")
    assert [token.items for token in target.request.history] == [("b",), ("c",), ("a",)]
    assert target.request.candidates == ("d", "e")


def test_the_last_recommendation_knows_nothing_of_what_follows(log):
    target = last_target(log, "7", Surface.RECOMMENDATION, HistoryLimits())
    assert target.request.query == ""
    assert [token.items for token in target.request.history] == [("b",), ("c",)]
    assert target.request.candidates == ("a", "d", "e")


def test_no_target(log):
    assert last_target(log, "8", Surface.SEARCH, HistoryLimits()) is None
    assert last_target(log, "nobody", Surface.RECOMMENDATION, HistoryLimits()) is None


def test_history_text(log):
    tokens = [Token(Surface.RECOMMENDATION, ("a",))] * 7 + [
        Token(Surface.SEARCH, ("b", "c"), "red"),
        Token(Surface.SEARCH, (), "blue"),
    ]
    assert history_text(tokens, log).splitlines() == [
        "History, newest last:",
        "  … 1 more",
        *["  feed: ANT"] * 6,
        '  search "red": BEE, CAT',
        '  search "blue": nothing clicked',
    ]


def test_agree():
    answer = [RankedItem("a", 0.5), RankedItem("b", 0.25)]
    assert agree(answer, [RankedItem("a", 0.5 + 1e-8), RankedItem("b", 0.25)])
    assert not agree(answer, answer[::-1])
    assert not agree(answer, answer[:1])
    assert not agree(answer, [RankedItem("a", 0.5), RankedItem("b", 0.26)])


def test_answer_text(log):
    target = last_target(log, "7", Surface.SEARCH, HistoryLimits())
    text = answer_text(target, [RankedItem("e", 0.75), RankedItem("d", 0.5)], log)
    assert text.splitlines() == [
        'Asked: search "a", with 3 history tokens and 2 candidates.',
        "rank  item  title   score",
        "   1  e     EMU    0.7500",
        "   2  d     DOG    0.5000  <- clicked",
        "What the user did next: DOG (d), which the model put at rank 2.",
    ]
