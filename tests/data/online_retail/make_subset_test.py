"""The script that made the bundled data, and the laws that the committed files keep."""

import collections
import csv
import gzip
import importlib
import re
import statistics
import sys
from pathlib import Path

import pytest

from components.sources.event_rows import EventColumns, ItemColumns, event_from_row, item_from_row
from schemas.canonical_event import Surface

FOLDER = Path(__file__).resolve().parents[3] / "data" / "online_retail"
NOW_MS = 1_700_000_000_000


@pytest.fixture(scope="module")
def make_subset():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        yield importlib.import_module("make_subset")
        del sys.modules["make_subset"]


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def events():
    return [event_from_row(row, EventColumns(), NOW_MS) for row in rows(FOLDER / "events.tsv.gz")]


@pytest.fixture(scope="module")
def items():
    return {item.item_id: item for item in (item_from_row(row, ItemColumns()) for row in rows(FOLDER / "items.tsv.gz"))}


def words(text):
    return set(re.findall(r"[a-z0-9]+", text.lower()))


def test_columns_are_the_defaults():
    names, item_names = EventColumns(), ItemColumns()
    found = list(rows(FOLDER / "events.tsv.gz")[0])
    assert found[:4] == [names.user_id, names.timestamp, names.surface, names.query]
    assert found[4:] == [names.session_id, names.item_id, names.label]
    assert list(rows(FOLDER / "items.tsv.gz")[0]) == [item_names.item_id, item_names.title, item_names.categories]


def test_the_size_is_small_and_as_the_readme_tells(events, items):
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) <= 3_000_000
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    users = {event.user_id for event in events}
    assert f"{len(events):,} purchases by {len(users)} customers of {len(items):,} items" in readme
    assert 35_000 <= len(events) <= 45_000


def test_users_have_ten_to_a_hundred_and_twenty_events_in_time_order(events):
    times = [event.timestamp_ms for event in events]
    assert times == sorted(times)
    counts = collections.Counter(event.user_id for event in events)
    assert min(counts.values()) >= 10 and max(counts.values()) <= 120
    assert "17850" in counts


def test_half_of_the_purchases_are_search_clicks_and_none_is_on_both_surfaces(events):
    searches = sum(event.surface is Surface.SEARCH for event in events)
    assert searches / len(events) == pytest.approx(0.5, abs=0.02)
    pairs = collections.Counter((event.user_id, event.item_id) for event in events)
    assert max(pairs.values()) == 1


def test_items_are_products_with_titles(events, items):
    assert {event.item_id for event in events} == set(items)
    assert all(re.fullmatch(r"\d{5}[A-Z]*", item_id) for item_id in items)
    assert all(item.title for item in items.values())


def test_a_query_is_of_the_items_words_and_fits_several_items(events, items):
    titles = [words(item.title) for item in items.values()]
    searches = [event for event in events if event.surface is Surface.SEARCH]
    assert all(1 <= len(event.query.split()) <= 2 for event in searches)
    assert all(words(event.query) <= words(items[event.item_id].title) for event in searches)
    fitting = {query: sum(words(query) <= title for title in titles) for query in {each.query for each in searches}}
    median = statistics.median(fitting[event.query] for event in searches)
    assert median >= 5
    assert f"fits {median:.0f} items or more" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_a_session_is_one_query_of_one_user(events):
    sessions = collections.defaultdict(set)
    for event in events:
        assert bool(event.query) == bool(event.session_id) == (event.surface is Surface.SEARCH)
        if event.session_id:
            sessions[event.session_id].add((event.user_id, event.query))
    assert all(len(each) == 1 for each in sessions.values())


HEADER = "InvoiceNo\tStockCode\tDescription\tQuantity\tInvoiceDate\tUnitPrice\tCustomerID\tCountry"


def write_source(path, *lines):
    path.write_bytes(gzip.compress("\n".join((HEADER, *lines, "")).encode()))
    return path


def test_only_purchases_of_products_are_read(make_subset, tmp_path):
    source = write_source(
        tmp_path / "source.tsv.gz",
        "1\t84406b\tCREAM  CUPID\t8\t2010-12-01 08:26\t2.75\t17850\tUK",
        "1\tPOST\tPOSTAGE\t1\t2010-12-01 08:26\t18\t17850\tUK",
        "C2\t84406B\tCREAM CUPID\t1\t2010-12-01 08:26\t2.75\t17850\tUK",
        "3\t84406B\tCREAM CUPID\t-1\t2010-12-01 08:26\t2.75\t17850\tUK",
        "3\t84406B\tCREAM CUPID\t1\t2010-12-01 08:26\t0\t17850\tUK",
        "3\t84406B\tCREAM CUPID\t1\t2010-12-01 08:26\t2.75\t\tUK",
    )
    assert list(make_subset.read_purchases(source)) == [
        make_subset.Purchase(2, "1", "17850", "84406B", "CREAM CUPID", "2010-12-01T08:26")
    ]


def purchase(make_subset, line, customer, item, invoice="i", title="", time="2010-12-01T08:26"):
    return make_subset.Purchase(line, invoice, customer, item, title, time)


def test_an_item_bears_its_most_frequent_name(make_subset):
    named = [("1", "RED MUG"), ("1", "MUG RED"), ("1", "MUG RED"), ("2", "TEA"), ("2", "POT")]
    made = [purchase(make_subset, line, "c", item, title=title) for line, (item, title) in enumerate(named)]
    assert make_subset.item_titles(made) == {"1": "MUG RED", "2": "POT"}


def test_the_earliest_purchase_of_a_pair_is_kept(make_subset):
    bought = ((1, "a", "2011"), (2, "a", "2010"), (3, "b", "2012"))
    late, early, other = (purchase(make_subset, line, "c", item, time=time) for line, item, time in bought)
    assert make_subset.first_purchases([late, early, other]) == [early, other]


def test_the_core_is_what_stays(make_subset):
    # c3 has one item and goes; then x has one customer and goes; the square of c1, c2 and a, b stays.
    pairs = ["c1 a", "c1 b", "c2 a", "c2 b", "c2 x", "c3 x"]
    made = [purchase(make_subset, line, *pair.split()) for line, pair in enumerate(pairs)]
    assert make_subset.core(made, 2) == made[:4]


def test_queries_fit_several_items(make_subset):
    titles = {str(n): f"RED MUG No{'x' * n}" for n in range(5)} | {"9": "THE ODD ONE", "10": "3 4"}
    queries = make_subset.candidate_queries(titles)
    assert queries["0"] == ["red", "mug", "red mug"]
    assert queries["9"] == ["odd"], "no word of it fits five items: the first of its commonest words"
    assert queries["10"] == []


def test_clicks_of_one_query_in_one_invoice_are_one_session_and_stand_together(make_subset):
    made = [purchase(make_subset, line, "c", str(item)) for line, item in enumerate(range(40))]
    log = make_subset.log_rows(made, {str(item): ["mug"] for item in range(40)})
    assert sorted(int(row.item) for row in log) == list(range(40))
    places = [place for place, row in enumerate(log) if row.surface == Surface.SEARCH.value]
    assert 5 < len(places) < 35
    assert places == list(range(places[0], places[0] + len(places)))
    assert len({row.session for row in log if row.query}) == 1
    assert {row.query for row in log if row.surface == Surface.RECOMMENDATION.value} == {""}


def test_the_same_source_makes_the_same_bytes(make_subset, tmp_path):
    lines = [
        f"{customer}\t{10_000 + item}\tRED MUG {item}\t1\t2010-12-01 08:26\t1\t{customer}\tUK"
        for customer in range(5)
        for item in range(12)
    ]
    source = write_source(tmp_path / "source.tsv.gz", *lines)
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert make_subset.make_subset(source, tmp_path / name, 24) == (24, 12)
        made.append([(tmp_path / name / file).read_bytes() for file in ("events.tsv.gz", "items.tsv.gz")])
    assert made[0] == made[1]
