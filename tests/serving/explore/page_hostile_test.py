"""What logs and people may hold: markup, scripts of all directions, words without end. All of it is shown as text."""

import pytest

from schemas.canonical_event import Event, Item, Surface
from tests.support import page_measures
from tests.support.explored_shop import MARKUP, explored_at, log_of
from tests.support.page_pictures import PHONE

SCRIPT = "</script><script>document.title='hacked'</script>"
LINK = "javascript:document.title='hacked'"
HEBREW = "מנורת שולחן מעץ אלון (20%)"
CHINESE = "手工制作的陶瓷咖啡杯，适合家庭和办公室使用，容量三百五十毫升"
LONG = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 8
ITEMS = {
    "a1": Item("a1", MARKUP, (MARKUP, SCRIPT), {MARKUP: SCRIPT}),
    "a2": Item("a2", SCRIPT),
    "b1": Item("b1", LINK),
    "b2": Item("b2", HEBREW),
    "c1": Item("c1", CHINESE),
    "c2": Item("c2", LONG),
    f"d{MARKUP}": Item(f"d{MARKUP}"),
}
USER = f"7{MARKUP}&query=x#"
EVENTS = [
    Event(USER, 0, Surface.SEARCH, MARKUP, "s1", "a1"),
    Event(USER, 1, Surface.RECOMMENDATION, item_id="b2"),
    Event(USER, 2, Surface.SEARCH, HEBREW, "s2", "c2"),
    Event(USER, 3, Surface.SEARCH, LONG, "s3"),
]


@pytest.fixture(scope="module", params=[(1280, 1000), PHONE], ids=str)
def page(request, browser, opened, explaining_server):
    """The page as it opens, every part of it opened; the model has seen all and finds what was held out."""
    browser.become(*request.param, is_phone=request.param == PHONE)
    with explored_at(explaining_server.rest_address, log=log_of(ITEMS, {USER: EVENTS})) as explored, opened(explored):
        browser.wait_for(lambda: len(browser.texts("#recommendation .row")) > 4)
        for part in ("#picture summary", "#adding summary", "#recommendation .row .item"):
            browser.click(part)
        browser.wait_for(lambda: browser.texts(".detail .weights li"))
        yield browser


def test_it_is_text(page):
    assert page.run("return [document.title, user.value, query.value]") == ["Tandem: explore", USER, LONG]
    assert page.run("return document.querySelectorAll('main img, main script, main a').length") == 0
    seen = page.text("main")
    assert [text for text in (MARKUP, SCRIPT, LINK, HEBREW, CHINESE, LONG) if text not in seen] == []


def test_suggestions_and_the_address_are_text_too(page):
    for field, found in (("user", USER), ("query", LONG), ("category", MARKUP)):
        page.click(f"#{field}")
        page.wait_for(lambda found=found: any(found in text for text in page.texts("[role=option]")))
        page.press("Escape")
    kept = page.run("return [new URLSearchParams(location.hash.slice(1)).get('user'), document.title]")
    assert kept == [USER, "Tandem: explore"]


def test_a_query_of_markup_is_text(page):
    page.run("query.value = arguments[0]; document.querySelector('#search button.primary').click()", SCRIPT)
    page.wait_for(lambda: set(page.texts("#search-results mark")) >= {"script", "document", "title", "hacked"})
    assert page.run("return document.title") == "Tandem: explore"


def test_nothing_reaches_out_of_the_page_and_only_endless_words_are_broken(page):
    assert not page_measures.scrolls_sideways(page)
    assert page_measures.parts_outside(page) == []
    # Neither Chinese nor a script has blanks to break lines at.
    endless = {LONG, *CHINESE.split("，"), "document", "title", "hacked"}
    assert set(page_measures.broken_words(page, ".ranked")) <= endless


def test_each_title_has_the_direction_of_its_own_script(page):
    directions = page.run(
        "return [...document.querySelectorAll('.row .title')]"
        ".map((each) => [each.innerText, getComputedStyle(each).direction])"
    )
    assert [HEBREW, "rtl"] in directions and [CHINESE, "ltr"] in directions
