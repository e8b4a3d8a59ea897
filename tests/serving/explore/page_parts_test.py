"""Parts of the page that work something out, called in a browser with figures that can be checked by hand."""

import pytest

from tests.support.explored_shop import explored_at, page_of


@pytest.fixture(scope="module")
def call(browser):
    """Calls a function of one of the page's modules."""
    with explored_at("127.0.0.1:9") as explored, page_of(explored) as address:
        browser.open(f"{address}/page/icon.svg")

        def called(module, name, *arguments):
            script = f"return import('/page/{module}').then((part) => part.{name}(...arguments))"
            return browser.run(script, *arguments)

        yield called


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        # As many digits as tell scores apart.
        ("digitsFor", [[0.9, 0.8]], 4),
        ("digitsFor", [[0.9999, 0.9998]], 4),
        ("digitsFor", [[0.99991, 0.99987]], 5),
        ("digitsFor", [[0.5, 0.5]], 4),
        ("digitsFor", [[0.50000001, 0.5]], 7),
        ("digitsFor", [[3.0]], 4),
        ("digitsFor", [[]], 4),
        # Bars run from the lowest score, at 0.04, to the highest, at 1.
        ("barOf", [2, 2, 4], 0.04),
        ("barOf", [3, 2, 4], 0.04 + 0.96 / 2),
        ("barOf", [-1, -3, -1], 1),
        ("barOf", [5, 5, 5], 1),
        ("percent", [1], "100%"),
        ("percent", [0.0994], "9.9%"),
        ("percent", [0.0996], "10%"),
        ("percent", [0], "0.0%"),
    ],
)
def test_figures(call, name, arguments, expected):
    found = call("parts/scores.js", name, *arguments)
    assert found == (expected if isinstance(expected, str) else pytest.approx(expected))


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
    searched = [{"item": {"item_id": "b"}, "rank": 2}, {"item": {"item_id": "z"}, "rank": None}]
    assert call("lists/next.js", "placesOf", next_events, "search", "mug", ["a", "b", "c"]) == searched
    of_feed = [{"item": {"item_id": "c"}, "rank": 3}]
    assert call("lists/next.js", "placesOf", next_events, "recommendation", "", ["a", "b", "c"]) == of_feed


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
