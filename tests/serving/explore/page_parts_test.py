"""Parts of the page that work something out, called in a browser with figures that can be checked by hand."""

import pytest

from tests.support.browser import headless_chromium, missing_programs
from tests.support.explored_shop import explored_at, page_of

pytestmark = pytest.mark.skipif(
    bool(missing_programs()), reason=f"the page needs a browser; not installed: {', '.join(missing_programs())}"
)


@pytest.fixture(scope="module")
def call(tmp_path_factory):
    """Calls a function of one of the page's modules."""
    with (
        explored_at("127.0.0.1:9") as explored,
        page_of(explored) as address,
        headless_chromium(tmp_path_factory.mktemp("browser")) as browser,
    ):
        browser.open(f"{address}/page/icon.svg")

        def called(module, name, *arguments):
            script = f"return import('/page/{module}').then((part) => part.{name}(...arguments))"
            return browser.run(script, *arguments)

        yield called


@pytest.mark.parametrize(
    ("scores", "digits"),
    [
        ([0.9, 0.8], 4),
        ([0.9999, 0.9998], 4),
        ([0.99991, 0.99987], 5),
        ([0.5, 0.5], 4),
        ([0.50000001, 0.5], 7),
        ([3.0], 4),
        ([], 4),
    ],
)
def test_scores_have_the_digits_that_tell_them_apart(call, scores, digits):
    assert call("parts/scores.js", "digitsFor", scores) == digits


def test_bars_run_from_the_lowest_to_the_highest(call):
    assert call("parts/scores.js", "barOf", 2, 2, 4) == pytest.approx(0.04)
    assert call("parts/scores.js", "barOf", 3, 2, 4) == pytest.approx(0.04 + 0.96 / 2)
    assert call("parts/scores.js", "barOf", -1, -3, -1) == 1
    assert call("parts/scores.js", "barOf", 5, 5, 5) == 1


@pytest.mark.parametrize(("share", "text"), [(1, "100%"), (0.0994, "9.9%"), (0.0996, "10%"), (0, "0.0%")])
def test_shares(call, share, text):
    assert call("parts/scores.js", "percent", share) == text


def test_windows_of_one_surface_on_the_line_of_both(call):
    """Three events of the surface stand at places 0, 2 and 5: half of the second is at 2.5."""
    windows = [{"start": 0, "end": 1.5}, {"start": 1.5, "end": 3}, {"start": 3, "end": 3}, {"start": 1, "end": 2}]
    assert call("history/sessions.js", "stretches", windows, [0, 2, 5]) == [
        {"number": 1, "from": 0, "to": 2.5, "lane": 0},
        {"number": 2, "from": 2.5, "to": 6, "lane": 0},
        {"number": 4, "from": 2, "to": 3, "lane": 1},
    ]
    assert call("history/sessions.js", "stretches", windows, []) == []


def test_places_of_what_came_next(call):
    """Only events that the list is about: of its surface, and of searches those for its query."""
    next_events = [
        {"surface": "search", "query": "mug", "items": [{"item_id": "b"}, {"item_id": "z"}]},
        {"surface": "search", "query": "lamp", "items": [{"item_id": "a"}]},
        {"surface": "recommendation", "query": "", "items": [{"item_id": "c"}]},
    ]
    ids = ["a", "b", "c"]
    assert call("lists/next.js", "placesOf", next_events, "search", "mug", ids) == [
        {"item": {"item_id": "b"}, "rank": 2},
        {"item": {"item_id": "z"}, "rank": None},
    ]
    assert call("lists/next.js", "placesOf", next_events, "recommendation", "", ids) == [
        {"item": {"item_id": "c"}, "rank": 3}
    ]


@pytest.mark.parametrize(
    ("words", "text", "is_grave"),
    [
        ([("mug", 1, 1, True)], "", False),
        ([], "", False),
        (
            [("mug", 1, 1, True), ("rare", 1, 0, False)],
            "The model does not know “rare”, though 1 title of the log has it. The other words make the list.",
            False,
        ),
        (
            [("x", 0, 0, False), ("y", 2, 3, False)],
            "The model does not know “x”, which is in no title and no query of the log and “y”, though 2 titles and 3 "
            "queries of the log have it. Any unknown word gets this same list: it says nothing of what was typed.",
            True,
        ),
    ],
)
def test_what_is_said_of_words(call, words, text, is_grave):
    names = ("word", "titles", "queries", "is_told_apart")
    told = [dict(zip(names, word, strict=True)) for word in words]
    assert call("parts/words.js", "unknownWords", told) == {"text": text, "isGrave": is_grave}
