import re

import pytest

from components.item_catalog.table import CatalogItem
from schemas import signatures
from schemas.canonical_event import Item, Surface, Token
from tests.support.behaviour_examples import behaviour_example
from tests.support.finished_runs import finish, put_examples, put_items, put_model, report
from tests.support.html_tables import table_rows
from tests.support.past_runs import PastRuns
from tests.support.session_models import sessions_in_halves
from tests.support.vector_models import vector_signatures
from tfx_pipeline.past_runs.finished_run import finished_runs
from tfx_pipeline.past_runs.ranked_examples import RankedExample
from tfx_pipeline.report_page.lists_part import chosen, lists_part

FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH
EVIL = "<script>\u202e\x1b[31m"
SHOWN = "<script>\\u202e\\x1b[31m"
LONG = [f"{'z' * length}" for length in range(2, 13)]
HISTORY = (Token(FEED, ("a",)), Token(SEARCH, ("bb",), EVIL), *[Token(SEARCH, (), "red")] * 4)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose model puts the longest ids first. Users of the feed get what they want, those who search do not."""
    past = PastRuns(tmp_path_factory.mktemp("shop"))
    finish(past, report())
    (found,) = finished_runs(str(past.root))
    vectors = vector_signatures({"a": 1.0, "bb": 2.0, "ccc": 4.0})
    put_model(found, {**vectors, signatures.SESSIONS: sessions_in_halves()})
    hits = [behaviour_example(["bb", "a"], user=f"f{place}", history=HISTORY[:1]) for place in range(12)]
    hits += [behaviour_example(["a", "bb"], user=f"f{place}") for place in range(12)]
    missed = [behaviour_example(["a", *LONG], user=EVIL, surface=SEARCH, query=EVIL, history=HISTORY)]
    missed += [behaviour_example(["a"], user="s", surface=SEARCH, query=query) for query in ("red", "red", "blue")]
    put_examples(found, [*hits, *missed])
    items = [CatalogItem(Item("a", EVIL), 3), CatalogItem(Item("bb", "BEE"), 9), CatalogItem(Item("ccc", ""), 1)]
    put_items(found, items)
    return found


@pytest.fixture(scope="module")
def html(run):
    return lists_part(run, 3)


def test_lists_show_what_was_wanted_and_what_the_user_did_before(html):
    rows = table_rows(html, f"miss, user {SHOWN}")
    assert rows[1] == ["1", "z" * 12, ""] and rows[-1] == ["12", "a", SHOWN] and len(rows) == 1 + 5 + 1
    assert "The wanted item, marked, is at place 12 of 12." in html
    assert "History: 6 events, newest first" in html
    events = [re.sub("<[^>]*>", "", each) for each in re.findall("<li>(.*?)</li>", html)]
    assert events[:6] == [
        *["search for red: nothing clicked"] * 4,
        "search for &lt;script&gt;\\u202e\\x1b[31m: BEE",
        "recommendation: &lt;script&gt;\\u202e\\x1b[31m",
    ]
    assert html.count("<article>") == 3 and html.count("hit: recommendation") == html.count("hit: search for ") == 1


def test_a_hit_marks_its_first_row(html):
    (hit, *_) = re.findall("<h4>hit.*?</article>", html)
    assert re.findall('<tr class="marked"><th[^>]*>(.*?)</th>', hit) == ["1"]


def test_neighbours_and_sessions_are_shown(html):
    assert table_rows(html, "Neighbours of items")[1:3] == [["BEE", SHOWN, "0.875"], ["BEE", "ccc", "0.750"]]
    # The vectors of all queries have one direction, so all are equally alike.
    similar = table_rows(html, "Neighbours of queries")[1:]
    assert len(similar) == 3 * 2 and {row[2] for row in similar} == {"1.000"}
    assert {row[1] for row in similar if row[0] == "red"} == {SHOWN, "blue"} and similar[0][0] == "red"
    name = f"search, user {SHOWN}, by what was clicked"
    assert table_rows(html, name)[1:] == [
        [f"search for {SHOWN}: BEE", "100%", ""],
        ["search for red: nothing clicked", "100%", ""],
        ["search for red: nothing clicked", "50%", "50%"],
        ["search for red: nothing clicked", "", "100%"],
        ["search for red: nothing clicked", "", "100%"],
    ]


def test_a_model_of_one_surface_is_asked_there_alone(run, monkeypatch):
    told = report()
    del told["models"]["shop"]["metrics"]["model"]["search"]
    monkeypatch.setitem(run.report, "models", told["models"])
    html = lists_part(run, 3)
    assert "hit: recommendation" in html and "search for " not in html.replace("<li>search for ", "")


def test_texts_of_the_log_are_escaped(html):
    assert not [each for each in ("<script>", "\u202e", "\x1b") if each in html]


def test_a_model_that_is_gone_is_told(tmp_path):
    past = PastRuns(tmp_path / "shop")
    finish(past, report())
    (run,) = finished_runs(str(past.root))
    assert lists_part(run, 3) == "<p>The model or its examples are gone, so there are no ranked lists.</p>"


def ranked(surface, rank, lead=0.0, name=""):
    record = f"{surface}{rank}{lead}{name}".encode()
    return RankedExample("u", surface, "", 0, (), ("a", "b"), "b", record, ("a", "b"), (lead, 0.0), rank)


def test_hits_misses_and_odd_ones_of_both_surfaces_are_chosen_in_turn():
    hits = [ranked(surface, 1, name=place) for surface in (FEED, SEARCH) for place in range(9)]
    misses = [ranked(surface, 11, lead) for surface in (FEED, SEARCH) for lead in (1.0, 2.0, 9.0, 3.0)]
    found = chosen([*hits, *misses, ranked(FEED, 10)], 12)
    assert [kind for kind, _ in found] == ["hit", "hit", "miss", "miss", "odd", "odd"] * 2
    assert [each.surface for _, each in found] == [SEARCH] * 6 + [FEED] * 6
    # Misses come as they are; odd ones by their lead, each once.
    assert [each.lead for _, each in found[2:6]] == [1.0, 2.0, 9.0, 3.0]
    assert len({each.record for _, each in found}) == 12


def test_fewer_examples_are_all_that_is_chosen():
    found = chosen([ranked(FEED, 1), ranked(FEED, 5), ranked(SEARCH, 50)], 20)
    assert [(kind, each.rank) for kind, each in found] == [("miss", 50), ("hit", 1)]
    assert len(chosen([ranked(FEED, 1, name=place) for place in range(9)], 2)) == 2
