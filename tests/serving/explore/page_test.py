"""The page in a real browser, in front of a real model server: what a person does, and what they see."""

import re

import pytest

from tests.support.explored_shop import MARKUP, explored_at, page_of

FEED, SEARCH = "#recommendation .row", "#search-results .row"


@pytest.fixture(scope="module")
def show(browser, explaining_server):
    """Shows the page with what stands after its address, once its feed has so many rows."""
    with explored_at(explaining_server.rest_address) as explored, page_of(explored) as address:

        def show(hash_text, rows):
            browser.open("about:blank")
            browser.open(f"{address}/{hash_text}")
            browser.wait_for(lambda: len(browser.texts(FEED)) == rows)
            return browser

        yield show


@pytest.fixture
def page(show):
    """The page of user 7, who searched for `clock` and clicked two items, and took a blue mug from the feed."""
    return show("#user=7", 5)


def titles(page, rows):
    return page.texts(f"{rows} .item .title")


def moves(page, rows):
    """How each row moved, without what only screen readers tell."""
    return page.run(
        "return [...document.querySelectorAll(arguments[0])].map((rank) => { const copy = rank.cloneNode(true);"
        " copy.querySelectorAll('.unseen').forEach((each) => each.remove()); return copy.textContent; })",
        f"{rows} .rank",
    )


def weights(page):
    return page.texts(".event .weight")


def settled(page, list_id="recommendation"):
    page.wait_for(lambda: not page.run(f"return document.getElementById('{list_id}').hasAttribute('aria-busy')"))


def focused(page):
    return page.run("const at = document.activeElement; return at.id || at.innerText || at.tagName")


def search_for(page, query):
    page.click("#query")
    page.type(query)
    page.press("Enter")


def properties(page, selector, name):
    values = "map((each) => each.style.getPropertyValue(arguments[1]))"
    return page.run(f"return [...document.querySelectorAll(arguments[0])].{values}", selector, name)


def test_begins_with_a_user_and_a_query_of_the_log_and_what_came_next(show):
    """User 7's last event is held out: it is a search, which the page asks for. Its c1 and d1 may be found again."""
    page = show("", 7)
    # What was searched for stands first.
    first_list = "document.querySelector('.list').id"
    assert page.run(f"return [user.value, query.value, {first_list}]") == ["7", "clock", "search-results"]
    assert "What the served model shows a user in the feed and for a search" in page.text(".about")
    page.wait_for(lambda: len(page.texts(SEARCH)) == 7)
    # `clock` begins as c1 and c2 do, which score 1 more for it; b2 has 1 for b1.
    assert titles(page, SEARCH)[:3] == ["Brown basket", "Copper clock", MARKUP]
    assert page.texts(f"{SEARCH}.is-next .title") == ["Copper clock", "Dotted ribbon"]
    next_clicks = "What the user did click next: “Copper clock” (rank 2), “Dotted ribbon” (rank 6)."
    assert page.text("#search-results .told-next") == next_clicks
    assert page.text(".event.next").startswith("Search came next\n2 Jan 1970, 00:00\n\n“clock”")
    assert page.text("#served").startswith("shop, version 7, at 127.0.0.1:")
    assert re.fullmatch(r"rank: all 7 items ranked · version 7 · [\d.]+ ms", page.text("#search-results .note"))

    # The same user's page where nothing is held out.
    page.run(
        "const held = document.querySelector('#held-out'); held.value = 0; held.dispatchEvent(new Event('change'))"
    )
    page.wait_for(lambda: len(page.texts(FEED)) == 5)
    page.wait_for(lambda: page.texts(".told-next") == [])
    assert (len(page.texts(".event")), page.texts(".event.next")) == (2, [])
    assert page.run("return location.hash") == "#user=7&query=clock"


def test_from_a_user_to_what_weighed(show):
    """With the pointer: choose a user, search, leave an event out, look at what weighed, and go back to the log."""
    page = show("#user=", 8)
    page.click("#user")
    page.wait_for(lambda: page.texts("#users li") == ["7\n3 events", "8\n1 event", "9\n0 events"])
    page.click("#users li")
    page.wait_for(lambda: len(page.texts(FEED)) == 5)
    assert [event.split("\n")[0] for event in page.texts(".event .badge")] == ["Feed 1", "Search 2"]
    assert "2 Jan 1970, 00:00" in page.text(".event.search") and "“clock”" in page.text(".event.search")
    # What begins with a letter of the history: b2 for b1, c2 for the search that began with c1; d1 is its second item.
    assert titles(page, FEED) == ["Brown basket", MARKUP, "Amber lamp", "Apricot bowl", "d2"]
    # Bars run from the lowest score shown, 0.01, to the highest, 1.3; c2 has 1.1.
    bars = properties(page, f"{FEED} .score", "--share")
    assert [bars[0], bars[1], bars[4]] == ["1.0000", f"{0.04 + 0.96 * 1.09 / 1.29:.4f}", "0.0400"]
    assert page.texts(SEARCH) == [] and "Type a query" in page.text("#search-results .rows")
    # Without a query the feed stands first.
    assert page.run("return document.querySelector('.list').id") == "recommendation"

    search_for(page, "d")
    page.wait_for(lambda: titles(page, SEARCH)[:3] == ["Brown basket", MARKUP, "d2"])
    assert page.texts(f"{SEARCH} .figure")[2] == "1.0100"
    assert "user=7&query=d" in page.run("return location.hash")

    page.click(".event.recommendation .toggle")
    page.wait_for(lambda: titles(page, FEED)[0] == MARKUP)
    settled(page)
    # b2 had one for b1 and falls from the first place to the fourth.
    assert moves(page, FEED) == ["1▲1", "2▲1", "3▲1", "4▼3", "5"]
    page.wait_for(lambda: moves(page, SEARCH) == ["1▲1", "2▲1", "3▲1", "4▲1", "5▼4"])
    assert "1 left out" in page.text("#history-note")

    page.click("#reset")
    page.wait_for(lambda: titles(page, FEED)[0] == "Brown basket")
    settled(page)
    assert moves(page, FEED) == ["1▲3", "2▼1", "3▼1", "4▼1", "5"]
    page.click(f"{FEED} .item")
    page.wait_for(lambda: weights(page) == ["100%", "100%"])
    assert "The model looks most at these events" in page.text(".detail")
    assert page.texts(".detail .weights li") == [
        "Feed 1\nBlue mug\n100%",
        "Search 2\n“clock” Copper clock, Dotted ribbon\n100%",
    ]
    assert page.texts(".detail .facts div")[:3] == [
        "Feed\nrank 1, score 1.3000", "Search\nrank 1, score 1.3000", "Id\nb2"
    ]  # fmt: skip
    assert "no similar items" in page.text(".alike")
    page.click(f"{FEED} .item")
    page.wait_for(lambda: weights(page) == [] and page.texts(".detail") == [])


def test_clicking_an_item_and_events_of_ones_own(page):
    page.click(f"{FEED}:nth-child(3) .add")
    page.wait_for(lambda: titles(page, FEED) == ["Apricot bowl", "Brown basket", MARKUP, "d2"])
    # The item is gone from the list, and the focus is on what took its place.
    assert "Click <img" in focused(page)
    assert "added here" in page.texts(".event")[-1] and "Amber lamp" in page.texts(".event")[-1]
    page.click(f"{FEED}:nth-child(2) .item")
    # Of the two feed events, b1 begins as b2 does and weighs 3 to 1; the search's is the only one of its kind.
    page.wait_for(lambda: weights(page) == ["75%", "100%", "25%"])
    assert properties(page, ".event", "--weight") == ["1.000", "1.000", "0.333"]

    page.click("#adding summary")
    page.click("#add [value=search]")
    page.click("#added-query")
    page.type("bowls")
    page.press("Tab")
    page.type("apri")
    page.wait_for(lambda: page.texts("#added-items li") == ["Apricot bowl\n0 events"])
    page.press("ArrowDown", "Enter", "Enter")
    page.wait_for(lambda: titles(page, FEED) == ["Brown basket", MARKUP, "d2"])
    # What weighed in the chosen item is told anew: two searches now share their hundred.
    page.wait_for(lambda: weights(page) == ["75%", "50%", "25%", "50%"])


def test_somebody_new_whose_history_is_made_by_clicking(page):
    page.click("#new-user")
    page.wait_for(lambda: len(page.texts(FEED)) == 8)
    assert page.text("#history-note") == "empty: press + in a list, or add an event"
    assert titles(page, FEED)[:2] == ["Amber lamp", "Apricot bowl"]
    page.click(f"{FEED} .item")
    page.wait_for(lambda: "There is no event that could have weighed." in page.text(".detail"))
    page.click(f"{FEED}:nth-child(3) .add")
    page.wait_for(lambda: titles(page, FEED)[0] == "Brown basket")
    assert page.text("#history-note") == "1 feed event · 0 search events"
    assert "Blue mug" in page.text(".event")


def test_items_of_one_category(page):
    page.click("#category")
    page.wait_for(lambda: page.texts("#categories li")[:2] == ["Light\n2 items", "Table\n2 items"])
    page.type("bowls")
    page.wait_for(lambda: page.texts("#categories li") == ["Table › Bowls\n1 item"])
    page.click("#categories li")
    page.wait_for(lambda: titles(page, FEED) == ["Apricot bowl"])
    assert "category=Table&category=Bowls" in page.run("return location.hash")
    page.click("#category")
    page.run("category.value = ''; category.dispatchEvent(new Event('input'))")
    page.wait_for(lambda: len(page.texts(FEED)) == 5)


def test_words_of_the_query_that_nobody_knows(page):
    search_for(page, "apricot zebra")
    page.wait_for(lambda: page.text("#words"))
    unknown = "The model does not know “zebra”, which is in no title and no query of the log. "
    assert page.text("#words") == f"{unknown}The other words make the list."
    page.wait_for(lambda: page.texts(f"{SEARCH} mark") == ["Apricot"])
    page.run("query.value = 'zebra'; document.querySelector('#search button').click()")
    page.wait_for(lambda: "Any unknown word gets this same list" in page.text("#words"))
    page.run("query.value = 'apricot'; document.querySelector('#search button').click()")
    page.wait_for(lambda: not page.run("return words.checkVisibility()"))


def test_the_picture_of_a_history(page):
    page.click("#picture summary")
    page.wait_for(lambda: page.run("return document.querySelectorAll('.drawing circle').length") == 2)
    told = page.run("return document.querySelector('.drawing svg').getAttribute('aria-label')")
    assert told == "2 events; transitions r→r 0, r→s 1, s→r 0, s→s 0"
    assert page.texts(".steps td b") == ["0", "1", "0", "0"]
    assert "The served model tells no sessions" in page.text("#picture-parts")


def test_by_keyboard_alone(show):
    page = show("#user=", 8)
    page.run("scrollTo(0, 0)")
    page.press("Tab")
    assert focused(page) == "user"
    page.type("7")
    page.wait_for(lambda: page.texts("#users li"))
    page.press("ArrowDown")
    assert page.run("return document.activeElement.getAttribute('aria-activedescendant')") == "users-0"
    page.press("Enter")
    page.wait_for(lambda: len(page.texts(FEED)) == 5)
    page.press("Tab", "Tab")
    page.type("d")
    page.press("Enter")
    page.wait_for(lambda: len(page.texts(SEARCH)) == 5)
    # Past the buttons and fields to the line of events, whose newest is reached first.
    page.press("Tab", "Tab", "Tab", "Tab")
    assert "Leave out: Search event “clock”" in focused(page)
    page.press("ArrowLeft", "Delete")
    page.wait_for(lambda: titles(page, FEED)[0].startswith("<img"))
    assert "Take back in: Feed event, Blue mug" in focused(page)
    assert page.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.press("Enter")
    page.wait_for(lambda: titles(page, FEED)[0].startswith("Brown"))
    page.wait_for(lambda: titles(page, SEARCH)[0].startswith("Brown"))
    # The picture and the form that adds events, then the search results: one stop, and the arrow keys within.
    page.press("Tab", "Tab", "Tab")
    assert "Brown basket" in focused(page)
    page.press("ArrowDown", "ArrowRight")
    assert "Click <img" in focused(page)
    page.press("ArrowLeft", "ArrowUp", "Enter")
    page.wait_for(lambda: weights(page) == ["100%", "100%"])
    assert "Brown basket" in focused(page)
    assert page.run("return document.activeElement.getAttribute('aria-expanded')") == "true"
    assert "The model looks most at" in page.run("return document.getElementById('said').textContent")
    page.press("Tab")
    assert page.run("return document.activeElement.closest('.list').id") == "recommendation"


def test_a_late_answer_changes_nothing(page):
    """The first of two answers comes last: what stands there is the second."""
    page.run(
        "const real = window.fetch; let calls = 0;"
        "window.fetch = (path, options) => path !== 'api/best' || calls++ > 0 ? real(path, options)"
        " : real(path, { ...options, signal: undefined }).then((answer) => new Promise((done) => {"
        "   window.answerNow = () => done(answer); }));"
    )
    page.click(".event.recommendation .toggle")
    page.wait_for(lambda: page.run("return !!window.answerNow"))
    page.click(".event.search .toggle")
    page.wait_for(lambda: titles(page, FEED)[0] == "Amber lamp")
    page.run("window.answerNow()")
    page.run("return new Promise((done) => setTimeout(done, 50))")
    assert titles(page, FEED)[0] == "Amber lamp"
