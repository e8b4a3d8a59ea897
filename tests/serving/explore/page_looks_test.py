"""How the page looks on a wide screen and on a phone, light and dark: measured, and kept as pictures where wanted.

`SCREENSHOTS=FOLDER pytest tests/serving/explore/page_looks_test.py` writes PNG files into the folder.
"""

import itertools
import os
from pathlib import Path

import pytest

from schemas.canonical_event import Event, Item, Surface
from tests.support import page_measures
from tests.support.explored_shop import DAY, explored_at, log_of, page_of
from tests.support.page_pictures import PHONE, WIDE, open_row, show

LEAST_CONTRAST = 4.5
"""What WCAG 2 (AA) wants of text."""
LEAST_TARGET = {WIDE: 26, PHONE: 40}
"""Pixels that a pointer and a finger hit."""
WORDS = ("amber", "blue", "copper", "decorated", "enamelled", "flowered", "gingerbread", "handpainted")
THINGS = ("lamp", "mug", "clock", "kitchenware", "lantern", "storagebasket", "tablecloth", "wallpaper")


def a_shop():
    """64 items with titles of three words, whose ids begin as those words do, and a user with 12 events."""
    items = [
        Item(f"{word[0]}{thing[0]}{place}", f"{word} {thing} {WORDS[place % 8]}".title(), ("Home", thing.title()))
        for place, (word, thing) in enumerate(itertools.product(WORDS, THINGS))
    ]
    events = [
        Event("17850", place * DAY, Surface.SEARCH, THINGS[place % 8], f"s{place}", items[place * 5].item_id)
        if place % 3
        else Event("17850", place * DAY, Surface.RECOMMENDATION, item_id=items[place * 5].item_id)
        for place in range(12)
    ]
    return log_of({item.item_id: item for item in items}, {"17850": events})


@pytest.fixture(scope="module")
def address(explaining_server):
    with explored_at(explaining_server.rest_address, log=a_shop()) as explored, page_of(explored) as address:
        yield address


@pytest.fixture(params=[(WIDE, False), (WIDE, True), (PHONE, False), (PHONE, True)], ids=str)
def device(request):
    """A size, and whether it is dark."""
    return request.param


@pytest.fixture
def page(browser, address, device):
    """The page as it opens, with a row of the search results opened."""
    show(browser, address, *device)
    browser.wait_for(lambda: not browser.run("return document.querySelectorAll('[aria-busy]').length"))
    open_row(browser, "#search-results .row:nth-child(3)")
    return browser


def keep(page, name, size, is_dark):
    """Writes what is seen where somebody wants it."""
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(Path(folder) / f"page-{name}-{size[0]}-{'dark' if is_dark else 'light'}.png", is_whole=True)


def test_it_fits_is_legible_and_can_be_pressed(page, device):
    page.click("#picture summary")
    page.click("#adding summary")
    page.wait_for(lambda: page.run("return document.querySelectorAll('.drawing circle').length") > 0)
    keep(page, "whole", *device)
    assert not page_measures.scrolls_sideways(page)
    assert page_measures.parts_outside(page) == []
    assert page_measures.broken_words(page) == []
    assert page_measures.pale_texts(page, LEAST_CONTRAST) == []
    assert page_measures.unnamed_controls(page) == []
    assert page_measures.small_targets(page, LEAST_TARGET[device[0]]) == []


def test_an_explanation_opens_where_it_is_looked_for(page, device):
    """Below its row, which is still seen."""
    (width, height), _ = device
    keep(page, "explained", *device)
    row, detail = (
        page.run("return document.querySelector(arguments[0]).getBoundingClientRect().toJSON()", selector)
        for selector in (".row.open > .item", ".detail")
    )
    assert row["top"] >= 0 and row["bottom"] <= detail["top"] + 1
    assert detail["top"] < height and detail["right"] <= width
    assert page.run("return document.querySelector('.weights li').getBoundingClientRect().bottom") <= height


def test_results_come_into_view_after_a_search(page, device):
    (_, height), _ = device
    page.run("scrollTo(0, 0); document.getElementById('query').value = 'lantern';")
    page.click("#search button.primary")
    page.wait_for(lambda: set(page.texts("#search-results mark")) == {"Lantern"})
    first = page.run("return document.querySelector('#search-results .row').getBoundingClientRect().toJSON()")
    assert first["top"] >= 0 and first["bottom"] <= height
    keep(page, "searched", *device)
    lists = page.run("return [...document.querySelectorAll('.list')].map((each) => each.id)")
    assert lists == ["search-results", "recommendation"]


def test_rows_look_like_what_can_be_pressed_and_nothing_is_loaded_from_elsewhere(page, address):
    assert page.run("return getComputedStyle(document.querySelector('.row .item')).cursor") == "pointer"
    assert page.run("return document.querySelectorAll('.row .arrow').length") == len(page.texts(".row"))
    assert "+ is a click of the user" in " ".join(page.text(".legend").split())
    loaded = page.run("return performance.getEntriesByType('resource').map((each) => each.name)")
    assert len(loaded) > 20
    assert [each for each in loaded if not each.startswith(f"{address}/")] == []
