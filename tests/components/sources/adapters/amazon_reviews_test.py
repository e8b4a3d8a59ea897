import json
from collections import Counter

import pytest

from components.raw_files.refusal import DataError, Reject
from components.sources.adapters.amazon_reviews import category_query, read_events, read_items, with_query
from components.sources.data_config import DataConfig
from components.sources.event_rows import ItemColumns
from schemas.canonical_event import Event, Item, Surface
from tests.support.raw_files import write
from tests.support.shared_data import SHARED, needs_shared

NOW_MS = 1_700_000_000_000
REVIEWS = (
    '{"reviewerID": "A1", "asin": "B01", "overall": 5.0, "unixReviewTime": 1318896000, "helpful": [2, 3]}\n'
    "{'reviewerID': 'A2', 'asin': 'B02', 'overall': 1.0, 'unixReviewTime': 1318982400}\n"
)
ITEMS = (
    # As the files of 2014 have it: Python, and more than one path.
    "{'asin': 'B01', 'title': 'Lens &amp; Cap', 'brand': 'Acme', 'price': 3.5, "
    "'categories': [['Electronics'], ['Electronics', 'Camera, Photo', 'Lenses']]}\n"
    # As those of 2018: JSON, and one path.
    '{"asin": "B02", "title": "Cup", "category": ["Home", "Cups"], "description": ["a", "b"]}\n'
    "{'asin': 'B03'}\n"
)


def test_reviews_are_purchases(tmp_path):
    path = write(tmp_path / "reviews.json.gz", REVIEWS)
    assert list(read_events(path, DataConfig(), NOW_MS)) == [
        (1, Event("A1", 1_318_896_000_000, Surface.RECOMMENDATION, item_id="B01")),
        (2, Event("A2", 1_318_982_400_000, Surface.RECOMMENDATION, item_id="B02")),
    ]


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        ('{"asin": "B01", "unixReviewTime": 5}', "missing user", "column 'reviewerID' is empty"),
        (
            '{"reviewerID": "A1", "unixReviewTime": 5}',
            "missing item",
            "column 'asin' is empty on a recommendation event",
        ),
        (
            '{"reviewerID": "A1", "asin": "B01"}',
            "unparsable time",
            "column 'unixReviewTime' holds ''; give seconds since 1970 or ISO 8601",
        ),
        (
            "{'reviewerID': open('x')}",
            "unparsable object",
            "the line starts with \"{'reviewerID': open('x')}\\n\"; give JSON",
        ),
        ('{"reviewerID": "A1"', "unparsable object", 'the line starts with \'{"reviewerID": "A1"\\n\'; give JSON'),
        ("[1, 2]", "unparsable object", "the line holds no object but a value of type list"),
    ],
)
def test_a_broken_line_says_where_and_why(tmp_path, line, reason, detail):
    path = write(tmp_path / "reviews.json", REVIEWS + line + "\n")
    assert list(read_events(path, DataConfig(), NOW_MS))[2] == Reject(path, 3, reason, detail)


def test_a_line_of_brackets_beyond_measure(tmp_path):
    path = write(tmp_path / "reviews.json", "{'a': " + "[" * 100_000 + "\n")
    (reject,) = read_events(path, DataConfig(), NOW_MS)
    assert reject.reason == "unparsable object"


def test_metadata_of_both_kinds(tmp_path):
    path = write(tmp_path / "meta.json.gz", ITEMS + "{'title': 'nobody'}\n{'asin': 'B04', 'categories': ['a']}\n")
    config = DataConfig(item_columns=ItemColumns(attributes=("brand",)))
    assert list(read_items(path, config)) == [
        (
            1,
            Item(
                "B01",
                "Lens & Cap",
                ("Electronics", "Camera, Photo", "Lenses"),
                {"brand": "Acme"},
                ("electronics camera photo lenses",),
            ),
        ),
        (2, Item("B02", "Cup", ("Home", "Cups"), {"brand": ""}, ("home cups",))),
        (3, Item("B03", attributes={"brand": ""})),
        Reject(path, 4, "missing item", "column 'asin' is empty"),
        Reject(path, 5, "no category paths", "column 'categories' holds no list of lists of names"),
    ]


def test_an_empty_file(tmp_path):
    with pytest.raises(DataError, match="meta.json: is empty"):
        list(read_items(write(tmp_path / "meta.json", ""), DataConfig()))


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (("Camera, Photo", "Digital Camera Lenses"), "photo digital camera lenses"),
        (("Electronics", "MP3 Players & Accessories", "For the iPod"), "electronics mp players accessories ipod"),
        (("Electronics",), ""),
        ((), ""),
        (("The", "A & I"), ""),
    ],
)
def test_the_query_of_a_category_path(path, query):
    assert category_query(path) == query


@needs_shared("data/amazon-search-queries")
@pytest.mark.parametrize("category", ["CDs_and_Vinyl", "Cell_Phones_and_Accessories", "Electronics", "Kindle_Store"])
def test_published_queries_are_left_as_they_are(category):
    """The words of a published query, taken for the second level of a path, make that query again."""
    published = (SHARED / "data/amazon-search-queries" / f"{category}.query_text.txt").read_text().splitlines()
    assert [query for query in published if category_query(("7", query)) != query] == []


def test_each_purchase_is_on_one_surface_and_stays_there():
    item = Item("B01", categories=("Home", "Cups"), queries=("home cups",))
    events = [Event(f"A{number}", 5, Surface.RECOMMENDATION, item_id="B01") for number in range(1_000)]
    made = [with_query(event, item) for event in events]
    assert made == [with_query(event, item) for event in events]
    searches = [event for event in made if event.surface is Surface.SEARCH]
    # Half of a thousand, give or take five standard deviations (15.8 each).
    assert abs(len(searches) - 500) < 79
    assert {event.query for event in searches} == {"home cups"}
    assert {event.query for event in made if event.surface is Surface.RECOMMENDATION} == {""}


def test_an_item_of_several_paths_has_a_query_of_each(tmp_path):
    # As an item of 2014 stands in the metadata: twice a path of the same words, and one that is too short.
    paths = [["Home"], ["Home", "Cups"], ["Home", "Garden", "Pots"], ["Garden", "Pots"], ["Home", "The Cups"]]
    metadata = write(tmp_path / "meta.json", json.dumps({"asin": "B01", "categories": paths}) + "\n")
    ((_, found),) = read_items(metadata, DataConfig())
    assert found.categories == ("Home", "Garden", "Pots")
    assert found.queries == ("home cups", "home garden pots", "garden pots")
    events = [Event(f"A{number}", 5, Surface.RECOMMENDATION, item_id="B01") for number in range(1_200)]
    searched = Counter(with_query(event, found).query for event in events)
    # Half of the purchases are searches, a third of these each query, give or take five standard deviations (12.9).
    assert set(searched) == {"", *found.queries}
    assert all(abs(searched[query] - 200) < 65 for query in found.queries), searched


def test_an_item_without_a_path_is_never_searched_for():
    events = [Event(f"A{number}", 5, Surface.RECOMMENDATION, item_id="B01") for number in range(20)]
    assert [with_query(event, Item("B01")) for event in events] == events


def test_both_formats_are_read_alike(tmp_path):
    values = {"asin": "B01", "title": "it's", "categories": [["a", "b"]]}
    found = [
        list(read_items(write(tmp_path / name, text + "\n"), DataConfig()))
        for name, text in (("json.json", json.dumps(values)), ("python.json", repr(values)))
    ]
    # "a" is a stop word, "b" a single letter.
    assert found[0] == found[1] == [(1, Item("B01", "it's", ("a", "b")))]
