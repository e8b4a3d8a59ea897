"""The page's own files, and who may load what. No model is asked."""

import pytest

from serving.explore.app import PAGE


@pytest.fixture(scope="module")
def page(page_of_log):
    return page_of_log()


def test_the_page_and_its_parts_may_load_nothing_else(page):
    answer = page.get("/")
    assert "<title>Tandem: explore</title>" in answer.text
    assert "default-src 'none'; script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert "set-cookie" not in answer.headers
    script = page.get("/page/main.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert script.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("part", sorted(path.relative_to(PAGE).as_posix() for path in PAGE.rglob("*.*")))
def test_each_part_is_served_names_no_other_site_and_makes_no_markup_of_texts(page, part):
    """What comes from logs enters the page as text; the tests in a browser try it, this one finds what they miss."""
    answer = page.get(f"/page/{part}")
    assert answer.is_success
    text = answer.text.replace("http://www.w3.org/2000/svg", "")
    refused = ("http", "url(", "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(")
    assert [name for name in refused if name in text] == []


def test_other_names_are_refused(page):
    assert page.get("/api/start", headers={"Host": "evil.example"}).status_code == 421
