"""The page where something is missing: the server, a surface, a signature, the log."""

import dataclasses

import pytest

from schemas.canonical_event import Surface
from serving.client.ranking_client import RankingClient
from serving.client.retry import RetryPolicy
from serving.shop_log.event_log import EventLog
from tests.support.explored_shop import explored_at, page_of

FEED, SEARCH = "#recommendation .row", "#search-results .row"


def test_a_model_that_does_not_explain(browser, opened, rank_server):
    """What it has instead is the loss of score when an event is left out; that of a candidate in the history is 1."""
    with explored_at(rank_server.rest_address) as explored, opened(explored, "#user=7"):
        browser.wait_for(lambda: len(browser.texts(FEED)) == 5)
        browser.click(f"{FEED} .item")
        browser.wait_for(lambda: browser.texts(".event .weight") == ["+0.0000", "+0.0000"])
    assert "each figure is what the score loses when the event is left out" in browser.text(".detail")
    assert "The served model tells no similar items." in browser.text(".detail")


def test_a_model_that_can_do_everything_else(browser, opened, retrieval_server):
    """It finds by itself, tells sessions in halves, and similar items: those of scores 5 and 4 lie 1 of 8 apart."""
    with explored_at(retrieval_server.rest_address) as explored, opened(explored, "#user=7&query=a"):
        browser.wait_for(lambda: len(browser.texts(FEED)) == 5 and len(browser.texts(SEARCH)) == 5)
        assert "recommend: found in the whole catalogue · version 7 · " in browser.text("#recommendation .note")
        browser.click("#picture summary")
        browser.wait_for(lambda: browser.run("return document.querySelectorAll('.band').length") == 6)
        assert "Bands are the sessions that the model sees" in browser.text("#picture-parts")
        browser.click(f"{FEED} .item")
        browser.click(".detail .ask")
        browser.wait_for(lambda: browser.texts(".alike-item .what")[:2] == ["d", "c"])
        assert browser.texts(".alike-item .figure")[:2] == ["0.875", "0.750"]
        browser.click(".alike-item .add")
        browser.wait_for(lambda: "d" in browser.texts(".event .title"))


@pytest.mark.parametrize(
    ("served", "rows", "absent", "said"),
    [
        (Surface.RECOMMENDATION, FEED, {}, "No model of this configuration answers searches."),
        (Surface.SEARCH, SEARCH, {}, "No model of this configuration answers the feed."),
        (Surface.RECOMMENDATION, FEED, {Surface.SEARCH: "The log has no search."}, "The log has no search."),
    ],
)
def test_a_model_of_one_surface(browser, opened, explaining_server, served, rows, absent, said):
    one = explored_at(explaining_server.rest_address, surfaces=(served,), absent=absent)
    with one as explored, opened(explored):
        browser.wait_for(lambda: browser.texts(rows))
        assert said in browser.text("#lists")
        assert browser.run("return document.getElementById('search').checkVisibility()") == (served is Surface.SEARCH)
        assert not browser.run("return document.getElementById('problem').checkVisibility()")


def test_an_empty_log(browser, opened, explaining_server):
    with explored_at(explaining_server.rest_address, log=EventLog()) as explored, opened(explored):
        browser.wait_for(lambda: "Pick a user to see their feed." in browser.text("#recommendation"))
        assert browser.run("return user.placeholder") == "The log has no users; type any"
        browser.click("#new-user")
        browser.wait_for(lambda: "Nothing to show: there is no item to rank." in browser.text("#recommendation"))
        browser.click("#user")
        browser.type("x")
        browser.press("Enter")
        browser.wait_for(lambda: "the log does not know this user" in browser.text("#history-note"))


def test_a_model_server_that_is_away_and_comes_back(browser, opened, explaining_server):
    """The page says so, and goes on by itself."""
    nobody = RankingClient("127.0.0.1:9", "shop", retry=RetryPolicy(attempts=1))
    with nobody, explored_at(explaining_server.rest_address) as explored:
        clients = dict.fromkeys(explored.clients, nobody)
        with opened(dataclasses.replace(explored, clients=clients), "#user=7"):
            browser.wait_for(lambda: "looks again every two seconds" in browser.text("#problem-text"))
            assert "127.0.0.1:9 answered UNAVAILABLE" in browser.text("#problem-text")
            assert browser.run("return document.getElementById('problem').getAttribute('role')") == "alert"
            assert len(browser.texts(".event")) == 2
            clients.update(explored.clients)
            browser.wait_for(lambda: len(browser.texts(FEED)) == 5)
            assert not browser.run("return document.getElementById('problem').checkVisibility()")
            assert ", version 7, at" in browser.text("#served")


def test_the_pages_own_server_that_is_stopped_and_started(browser, opened, explaining_server):
    with explored_at(explaining_server.rest_address) as explored:
        with opened(explored, "#user=7") as address:
            browser.wait_for(lambda: len(browser.texts(FEED)) == 5)
        browser.click(".event .toggle")
        browser.wait_for(lambda: "Start it again with `tandem explore`" in browser.text("#problem-text"))
        with page_of(explored, int(address.rpartition(":")[2])):
            browser.wait_for(lambda: not browser.run("return document.getElementById('problem').checkVisibility()"))
            browser.wait_for(lambda: "▲" in browser.text("#recommendation"))
