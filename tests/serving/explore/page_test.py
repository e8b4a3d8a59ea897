"""The page in a real browser, in front of a real model server: what a person does, and what they see."""

import dataclasses

import pytest

from serving.client import RankingClient
from serving.retry import RetryPolicy
from tests.support.browser import headless_chromium, missing_programs
from tests.support.explored_shop import MARKUP, explored_at, page_of

pytestmark = pytest.mark.skipif(
    bool(missing_programs()), reason=f"the page needs a browser; not installed: {', '.join(missing_programs())}"
)

FEED, SEARCH = "#recommendation tbody tr", "#search-results tbody tr"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with headless_chromium(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture(scope="module")
def address(explaining_server):
    with explored_at(explaining_server.rest_address) as explored, page_of(explored) as address:
        yield address


@pytest.fixture
def page(browser, address):
    """The page as it is first seen."""
    browser.open("about:blank")
    browser.open(address)
    browser.wait_for(lambda: "shop at 127.0.0.1" in browser.text("#served"))
    return browser


@pytest.fixture
def page_of_user(page, address):
    """The page of user 7, who searched for `clock` and clicked two items, and took a blue mug from the feed."""
    page.open(f"{address}/#user=7")
    page.run("location.reload()")
    page.wait_for(lambda: len(page.texts(FEED)) == 5)
    return page


def titles(page, rows):
    return page.texts(f"{rows} .item")


def moves(page, rows):
    """The marks of movement, without what only screen readers tell."""
    return page.run(
        "return [...document.querySelectorAll(arguments[0])].map((cell) => [...cell.childNodes]"
        ".filter((each) => each.className !== 'unseen').map((each) => each.textContent).join(''))",
        f"{rows} .move",
    )


def weights(page):
    return page.texts(".event .weight")


def settled(page, list_id="recommendation"):
    page.wait_for(lambda: not page.run(f"return document.getElementById('{list_id}').hasAttribute('aria-busy')"))


def test_from_a_user_to_what_weighed(page):
    """With the pointer: choose a user, search, leave an event out, look at what weighed, and go back to the log."""
    page.click("#user")
    page.wait_for(lambda: page.texts("#users li") == ["7\n3 events", "8\n1 event", "9\n0 events"])
    page.click("#users li")
    page.wait_for(lambda: len(page.texts(FEED)) == 5)
    assert [event.split("\n")[0] for event in page.texts(".event")] == ["Feed", "Search"]
    assert "2 Jan 1970, 00:00" in page.text(".event.search") and "“clock”" in page.text(".event.search")
    # What begins with a letter of the history: b2 for b1, c2 for the search that began with c1; d1 is its second item.
    assert titles(page, FEED) == ["Brown basket b2", f"{MARKUP} c2", "Amber lamp a1", "Apricot bowl a2", "d2"]
    assert page.texts(SEARCH) == [] and "Type a query" in page.text("#search-results .rows")

    page.click("#query")
    page.type("d")
    page.press("Enter")
    page.wait_for(lambda: titles(page, SEARCH)[:3] == ["Brown basket b2", f"{MARKUP} c2", "d2"])
    assert page.texts(f"{SEARCH} .score")[2] == "1.0100"
    assert "user=7&query=d" in page.run("return location.hash")

    page.click(".event.recommendation .toggle")
    page.wait_for(lambda: titles(page, FEED)[0] == f"{MARKUP} c2")
    settled(page)
    # b2 had one for b1 and falls from the first place to the fourth.
    assert moves(page, FEED) == ["▲1", "▲1", "▲1", "▼3", ""]
    page.wait_for(lambda: moves(page, SEARCH) == ["▲1", "▲1", "▲1", "▲1", "▼4"])
    assert "1 left out" in page.text("#history-note")

    page.click("#reset")
    page.wait_for(lambda: titles(page, FEED)[0] == "Brown basket b2")
    assert moves(page, FEED) == ["▲3", "▼1", "▼1", "▼1", ""]
    page.click(f"{FEED} .item")
    page.wait_for(lambda: weights(page) == ["100%", "100%"])
    assert page.text("#why").startswith("“Brown basket” has a score of 1.3000 in the feed. The model looks most at")
    page.click(f"{FEED} .item")
    page.wait_for(lambda: weights(page) == [])


def test_clicking_an_item_and_events_of_ones_own(page_of_user):
    page = page_of_user
    page.click(f"{FEED}:nth-child(3) .add")
    page.wait_for(lambda: titles(page, FEED) == ["Apricot bowl a2", "Brown basket b2", f"{MARKUP} c2", "d2"])
    # The item is gone from the list, and the focus is on what took its place.
    assert "Click <img" in focused(page)
    assert "added here" in page.texts(".event")[-1] and "Amber lamp" in page.texts(".event")[-1]
    page.click(f"{FEED}:nth-child(2) .item")
    # Of the two feed events, b1 begins as b2 does and weighs 3 to 1; the search's is the only one of its kind.
    page.wait_for(lambda: weights(page) == ["75%", "100%", "25%"])
    shares = page.run(
        "return [...document.querySelectorAll('.event')].map((each) => each.style.getPropertyValue('--weight'))"
    )
    assert shares == ["1.000", "1.000", "0.333"]

    page.click("#adding summary")
    page.click("#add [value=search]")
    page.click("#added-query")
    page.type("bowls")
    page.press("Tab")
    page.type("apri")
    page.wait_for(lambda: page.texts("#added-items li") == ["Apricot bowl\n0 events"])
    page.press("ArrowDown", "Enter", "Enter")
    page.wait_for(lambda: titles(page, FEED) == ["Brown basket b2", f"{MARKUP} c2", "d2"])
    # What weighed in the chosen item is told anew: two searches now share their hundred.
    page.wait_for(lambda: weights(page) == ["75%", "50%", "25%", "50%"])


def focused(page):
    return page.run("const at = document.activeElement; return at.id || at.innerText || at.tagName")


def test_by_keyboard_alone(page):
    page.press("Tab")
    assert focused(page) == "user"
    page.type("7")
    page.wait_for(lambda: page.texts("#users li"))
    page.press("ArrowDown")
    assert page.run("return document.activeElement.getAttribute('aria-activedescendant')") == "users-0"
    page.press("Enter")
    page.wait_for(lambda: len(page.texts(FEED)) == 5)
    page.press("Tab")
    page.type("d")
    page.press("Enter")
    page.wait_for(lambda: len(page.texts(SEARCH)) == 5)
    # Past the button to the line of events, whose newest is reached first.
    page.press("Tab", "Tab")
    assert "Leave out: Search event “clock”" in focused(page)
    page.press("ArrowLeft", "Delete")
    page.wait_for(lambda: titles(page, FEED)[0].startswith("<img"))
    assert "Take back in: Feed event, Blue mug" in focused(page)
    assert page.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.press("Enter")
    page.wait_for(lambda: titles(page, FEED)[0].startswith("Brown"))
    # The form that adds events, then the feed: one stop, and the arrow keys within.
    page.press("Tab", "Tab")
    assert focused(page).startswith("Brown basket")
    page.press("ArrowDown", "ArrowRight")
    assert "Click <img" in focused(page)
    page.press("ArrowLeft", "ArrowUp", "Enter")
    page.wait_for(lambda: weights(page) == ["100%", "100%"])
    assert focused(page).startswith("Brown basket")
    assert "The model looks most at" in page.run("return document.getElementById('said').textContent")
    page.press("Tab")
    assert page.run("return document.activeElement.closest('.list').id") == "search-results"


def test_markup_in_logs_is_text(page_of_user, address):
    page = page_of_user
    assert f"{MARKUP} c2" in titles(page, FEED)
    page.click(f"{FEED}:nth-child(2) .item")
    page.wait_for(lambda: MARKUP in page.text("#why"))
    page.open(f"{address}/#user=9")
    page.run("location.reload()")
    page.wait_for(lambda: f"“{MARKUP}”" in page.text("body") and "nothing clicked" in page.text(".event.search"))
    assert page.run("return document.title") == "Tandem: explore"
    assert page.run("return document.querySelectorAll('main img').length") == 0


def test_a_late_answer_changes_nothing(page_of_user):
    """The first of two answers comes last: what stands there is the second."""
    page = page_of_user
    page.run(
        "const real = window.fetch; let calls = 0;"
        "window.fetch = (path, options) => path !== 'api/best' || calls++ > 0 ? real(path, options)"
        " : real(path, { ...options, signal: undefined }).then((answer) => new Promise((done) => {"
        "   window.answerNow = () => done(answer); }));"
    )
    page.click(".event.recommendation .toggle")
    page.wait_for(lambda: page.run("return !!window.answerNow"))
    page.click(".event.search .toggle")
    page.wait_for(lambda: titles(page, FEED)[0] == "Amber lamp a1")
    page.run("window.answerNow()")
    page.run("return new Promise((done) => setTimeout(done, 50))")
    assert titles(page, FEED)[0] == "Amber lamp a1"


def test_a_user_whom_the_log_does_not_know(page):
    page.click("#user")
    page.type("somebody new")
    page.press("Enter")
    page.wait_for(lambda: len(page.texts(FEED)) == 8)
    assert page.text("#history-note") == "empty: the log does not know this user"
    page.click(f"{FEED} .item")
    page.wait_for(lambda: "There is no event that could have weighed." in page.text("#why"))


def test_a_model_that_does_not_explain(browser, rank_server):
    """What it has instead is the loss of score when an event is left out; that of a candidate in the history is 1."""
    with explored_at(rank_server.rest_address) as explored, page_of(explored) as address:
        browser.open(f"{address}/#user=7")
        browser.wait_for(lambda: len(browser.texts(FEED)) == 5)
        browser.click(f"{FEED} .item")
        browser.wait_for(lambda: weights(browser) == ["+0.0000", "+0.0000"])
    assert "each figure is what the score loses when the event is left out" in browser.text("#why")


def test_a_model_server_that_is_not_there_until_tried_again(browser, explaining_server):
    nobody = RankingClient("127.0.0.1:9", "shop", retry=RetryPolicy(attempts=1))
    with nobody, explored_at(explaining_server.rest_address) as explored:
        clients = dict.fromkeys(explored.clients, nobody)
        with page_of(dataclasses.replace(explored, clients=clients)) as address:
            browser.open(f"{address}/#user=7")
            browser.wait_for(lambda: "127.0.0.1:9 answered UNAVAILABLE" in browser.text("#problem-text"))
            assert browser.run("return document.getElementById('problem').getAttribute('role')") == "alert"
            assert len(browser.texts(".event")) == 2
            clients.update(explored.clients)
            browser.click("#again")
            browser.wait_for(lambda: len(browser.texts(FEED)) == 5)
            assert not browser.run("return document.getElementById('problem').checkVisibility()")
        browser.click(".event .toggle")
        browser.wait_for(lambda: "Start it again with `tandem explore`" in browser.text("#problem-text"))
