"""The page's own files, and who may load what. No model is asked."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.explore.app import PAGE, explore_app
from tests.support.explored_shop import explored_at


@pytest.fixture(scope="module")
def page():
    with explored_at("127.0.0.1:9") as explored:
        yield TestClient(explore_app(explored), base_url="http://127.0.0.1")


def test_the_page_and_its_parts_may_load_nothing_else(page):
    answer = page.get("/")
    assert "<title>Tandem: explore</title>" in answer.text
    assert "default-src 'none'; script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert "set-cookie" not in answer.headers
    script = page.get("/page/main.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert script.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("part", sorted(path.relative_to(PAGE).as_posix() for path in PAGE.rglob("*.*")))
def test_each_part_is_served_and_names_no_other_site(page, part):
    answer = page.get(f"/page/{part}")
    assert answer.is_success
    assert "http" not in answer.text.replace("http://www.w3.org/2000/svg", "")
    assert "url(" not in answer.text


def test_scripts_make_no_markup_of_texts():
    """What comes from logs enters the page as text; the tests in a browser try it, this one finds what they miss."""
    for script in PAGE.rglob("*.js"):
        text = Path(script).read_text(encoding="utf-8")
        assert not [
            name for name in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(") if name in text
        ]


def test_other_names_are_refused(page):
    assert page.get("/api/start", headers={"Host": "evil.example"}).status_code == 421
