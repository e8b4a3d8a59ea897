"""What a demonstration does not show; `demo_test.py` has the answers that it does."""

import dataclasses

import pytest

from schemas.canonical_event import Surface, Token
from serving.client.answers import RankedItem
from serving.shop_log.event_log import HistoryLimits
from tfx_pipeline.cli.asking.source_log import read_source_log
from tfx_pipeline.cli.demo.demo_targets import agree, answer_text, history_lines, last_target
from tfx_pipeline.config.pipeline_config import load_config


@pytest.fixture
def log(shop):
    return read_source_log(load_config(str(shop)).data, ["7", "8"])


def test_what_the_user_comes_back_for_is_asked_for(log):
    log.events["8"].append(log.events["8"][0])
    target = last_target(log, "8", Surface.RECOMMENDATION, HistoryLimits())
    assert (target.event.item_id, target.retrieval.history[0].items) == ("a", ("a",))
    assert not target.retrieval.exclude_seen
    assert "a" in target.ranking.candidates


def test_history_lines(log):
    searches = [Token(Surface.SEARCH, ("b", "c"), "red"), Token(Surface.SEARCH, (), "blue")]
    assert history_lines([Token(Surface.RECOMMENDATION, ("a",))] * 5 + searches, log) == [
        "history, newest last",
        "… 1 more",
        *["feed: ANT"] * 4,
        'search "red": BEE, CAT',
        'search "blue": nothing clicked',
    ]


def test_agree():
    answer = [RankedItem("a", 0.5), RankedItem("b", 0.25)]
    assert agree(answer, [RankedItem("a", 0.5 + 1e-8), RankedItem("b", 0.25)])
    assert not agree(answer, answer[::-1])
    assert not agree(answer, answer[:1])
    assert not agree(answer, [RankedItem("a", 0.5), RankedItem("b", 0.26)])


def test_an_answer_that_lacks_what_the_user_did_says_so(log):
    target = last_target(log, "7", Surface.SEARCH, HistoryLimits())
    lines = answer_text(target, [RankedItem("e", 0.75)], log, is_retrieved=True, width=80).splitlines()
    assert lines[0] == 'Search "a", out of the whole catalogue:'
    assert lines[-1] == "What the user did next: DOG, which the model did not put among its first 1."


def test_a_model_that_takes_the_moment_is_told_that_of_the_event(log):
    log.events["7"] = [dataclasses.replace(each, context={"device": "tv"}) for each in log.events_of("7")]
    target = last_target(log, "7", Surface.SEARCH, HistoryLimits(), ("timestamp_ms", "device", "city"))
    for request in (target.retrieval, target.ranking):
        assert request.timestamp_ms == target.event.timestamp_ms > 0
        assert request.context == {"device": "tv", "city": ""}
    plain = last_target(log, "7", Surface.SEARCH, HistoryLimits())
    assert (plain.ranking.timestamp_ms, plain.ranking.context) == (None, {})
