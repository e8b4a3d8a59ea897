"""The page where something is missing: the server, a surface, a signature, the log."""

import dataclasses

import pytest

from schemas.canonical_event import Event, Surface
from serving.client.ranking_client import RankingClient
from serving.client.retry import RetryPolicy
from serving.explore.directory import MOST_FOUND
from serving.shop_log.event_log import EventLog
from tests.support.browser import headless_chromium, missing_programs
from tests.support.explored_shop import explored_at, log_of, page_of, shop_log

pytestmark = pytest.mark.skipif(
    bool(missing_programs()), reason=f"the page needs a browser; not installed: {', '.join(missing_programs())}"
)

FEED, SEARCH = "#recommendation .row", "#search-results .row"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with headless_chromium(tmp_path_factory.mktemp("browser")) as browser:
        browser.become(1280, 1000)
        yield browser


def test_a_model_that_does_not_explain(browser, rank_server):
    """What it has instead is the loss of score when an event is left out; that of a candidate in the history is 1."""
    with explored_at(rank_server.rest_address) as explored, page_of(explored) as address:
        browser.open(f"{address}/#user=7")
        browser.wait_for(lambda: len(browser.texts(FEED)) == 5)
        browser.click(f"{FEED} .item")
        browser.wait_for(lambda: browser.texts(".event .weight") == ["+0.0000", "+0.0000"])
    assert "each figure is what the score loses when the event is left out" in browser.text(".detail")
    assert "The served model tells no similar items." in browser.text(".detail")


def test_a_model_that_can_do_everything_else(browser, retrieval_server):
    """It finds by itself, tells sessions in halves, and similar items: those of scores 5 and 4 lie 1 of 8 apart."""
    with explored_at(retrieval_server.rest_address) as explored, page_of(explored) as address:
        browser.open(f"{address}/#user=7&query=a")
        browser.wait_for(lambda: len(browser.texts(FEED)) == 5 and len(browser.texts(SEARCH)) == 5)
        assert browser.text("#recommendation .note").startswith(
            "recommend: found in the whole catalogue · version 7 · "
        )
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
    ("served", "rows", "said"),
    [
        (Surface.RECOMMENDATION, FEED, "No model of this configuration answers searches."),
        (Surface.SEARCH, SEARCH, "No model of this configuration answers the feed."),
    ],
)
def test_a_model_of_one_surface(browser, explaining_server, served, rows, said):
    with explored_at(explaining_server.rest_address, surfaces=(served,)) as explored, page_of(explored) as address:
        browser.open("about:blank")
        browser.open(address)
        browser.wait_for(lambda: browser.texts(rows))
        assert said in browser.text("#lists")
        assert browser.run("return document.getElementById('search').checkVisibility()") == (served is Surface.SEARCH)
        assert not browser.run("return document.getElementById('problem').checkVisibility()")


def test_an_empty_log(browser, explaining_server):
    with explored_at(explaining_server.rest_address, log=EventLog()) as explored, page_of(explored) as address:
        browser.open("about:blank")
        browser.open(address)
        browser.wait_for(lambda: "Pick a user to see their feed." in browser.text("#recommendation"))
        assert browser.run("return user.placeholder") == "The log has no users; type any"
        browser.click("#new-user")
        browser.wait_for(lambda: "Nothing to show: there is no item to rank." in browser.text("#recommendation"))
        browser.click("#user")
        browser.type("x")
        browser.press("Enter")
        browser.wait_for(lambda: "the log does not know this user" in browser.text("#history-note"))


def test_one_user_with_one_event(browser, explaining_server):
    log = shop_log()
    log = log_of(log.items, {"8": log.events["8"]})
    with explored_at(explaining_server.rest_address, log=log) as explored, page_of(explored) as address:
        browser.open("about:blank")
        browser.open(address)
        browser.wait_for(lambda: len(browser.texts(FEED)) == 7)
        assert browser.run("return [user.value, query.value]") == ["8", ""]
        assert len(browser.texts(".event")) == 1


def test_a_hundred_thousand_users(browser, explaining_server):
    """Names are looked for where the log is; the page gets as many as can be looked through."""
    log = shop_log()
    many = {
        f"user{place}": [Event(f"user{place}", 0, Surface.RECOMMENDATION, item_id="a1")] for place in range(100_000)
    }
    with (
        explored_at(explaining_server.rest_address, log=log_of(log.items, log.events | many)) as explored,
        page_of(explored) as address,
    ):
        browser.open("about:blank")
        browser.open(address)
        browser.wait_for(lambda: browser.run("return user.value") == "7" and browser.texts(FEED))
        browser.click("#user")
        browser.wait_for(lambda: len(browser.texts("#users li")) == MOST_FOUND)
        browser.run("user.value = ''")
        browser.type("user99999")
        browser.wait_for(lambda: browser.texts("#users li") == ["user99999\n1 event"])
        browser.press("ArrowDown", "Enter")
        browser.wait_for(lambda: browser.texts(".event .title") == ["Amber lamp"])


def test_a_model_server_that_is_away_and_comes_back(browser, explaining_server):
    """The page says so, and goes on by itself."""
    nobody = RankingClient("127.0.0.1:9", "shop", retry=RetryPolicy(attempts=1))
    with nobody, explored_at(explaining_server.rest_address) as explored:
        clients = dict.fromkeys(explored.clients, nobody)
        with page_of(dataclasses.replace(explored, clients=clients)) as address:
            browser.open("about:blank")
            browser.open(f"{address}/#user=7")
            browser.wait_for(lambda: "looks again every two seconds" in browser.text("#problem-text"))
            assert "127.0.0.1:9 answered UNAVAILABLE" in browser.text("#problem-text")
            assert browser.run("return document.getElementById('problem').getAttribute('role')") == "alert"
            assert len(browser.texts(".event")) == 2
            clients.update(explored.clients)
            browser.wait_for(lambda: len(browser.texts(FEED)) == 5)
            assert not browser.run("return document.getElementById('problem').checkVisibility()")
            assert ", version 7, at" in browser.text("#served")


def test_the_pages_own_server_that_is_stopped_and_started(browser, explaining_server):
    with explored_at(explaining_server.rest_address) as explored:
        with page_of(explored) as address:
            browser.open("about:blank")
            browser.open(f"{address}/#user=7")
            browser.wait_for(lambda: len(browser.texts(FEED)) == 5)
        browser.click(".event .toggle")
        browser.wait_for(lambda: "Start it again with `tandem explore`" in browser.text("#problem-text"))
        with page_of(explored, int(address.rpartition(":")[2])):
            browser.wait_for(lambda: not browser.run("return document.getElementById('problem').checkVisibility()"))
            browser.wait_for(lambda: "▲" in browser.text("#recommendation"))
