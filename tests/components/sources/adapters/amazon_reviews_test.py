import json
from collections import Counter

import pytest

from components.sources.adapters.amazon_reviews import category_query, with_query
from components.sources.event_rows import ItemColumns
from schemas.canonical_event import Event, Item, Surface
from tests.support.shared_data import SHARED, needs_shared
from tests.support.source_files import METADATA, REVIEWS

# As the files of 2014 have it: Python, and more than one path. Those of 2018 have JSON, and one path.
LENS = (
    "{'asin': 'B01', 'title': 'Lens &amp; Cap', 'brand': 'Acme', 'price': 3.5, "
    "'categories': [['Electronics'], ['Electronics', 'Camera, Photo', 'Lenses']]}"
)


def test_reviews_are_purchases(tmp_path):
    python = "{'reviewerID': 'A2', 'asin': 'B02', 'overall': 1.0, 'unixReviewTime': 1318982400}"
    assert REVIEWS.read_rows(tmp_path, REVIEWS.row, python) == [
        (1, Event("A1", 1_318_896_000_000, Surface.RECOMMENDATION, item_id="B01")),
        (2, Event("A2", 1_318_982_400_000, Surface.RECOMMENDATION, item_id="B02")),
    ]


def test_metadata_of_both_kinds(tmp_path):
    columns = ItemColumns(attributes=("brand",))
    lens = ("Electronics", "Camera, Photo", "Lenses")
    assert METADATA.read_rows(tmp_path, LENS, METADATA.row, "{'asin': 'B03'}", item_columns=columns) == [
        (1, Item("B01", "Lens & Cap", lens, {"brand": "Acme"}, ("electronics camera photo lenses",))),
        (2, Item("B02", "Cup", ("Home", "Cups"), {"brand": ""}, ("home cups",))),
        (3, Item("B03", attributes={"brand": ""})),
    ]
    values = {"asin": "B01", "title": "it's", "categories": [["a", "b"]]}
    # "a" is a stop word, "b" a single letter.
    assert METADATA.read_rows(tmp_path, json.dumps(values), repr(values)) == [
        (line, Item("B01", "it's", ("a", "b"))) for line in (1, 2)
    ]


def test_the_edition_of_2023_is_known_by_its_fields(tmp_path):
    review = {"rating": 5.0, "title": "T", "text": "x", "images": [{"small_image_url": "u"}], "asin": "B01A"}
    review |= {"parent_asin": "B01", "user_id": "AE2", "timestamp": 1588687728923, "helpful_vote": 0}
    assert REVIEWS.read_rows(tmp_path, json.dumps({**review, "verified_purchase": True}), REVIEWS.row) == [
        (1, Event("AE2", 1_588_687_728_923, Surface.RECOMMENDATION, item_id="B01")),
        (2, Event("A1", 1_318_896_000_000, Surface.RECOMMENDATION, item_id="B01")),
    ]
    product = {"main_category": "All Beauty", "title": "Cup &amp; Saucer", "price": None, "images": [{"hi_res": None}]}
    product |= {"store": "Acme", "categories": ["Home", "Cups"], "details": {"Material": "Clay"}, "parent_asin": "B01"}
    other = {"parent_asin": "B02", "title": None, "store": None, "categories": [], "details": {}, "videos": []}
    rows = (json.dumps(product), json.dumps(other), json.dumps({**other, "parent_asin": ""}))
    columns = ItemColumns(attributes=("store", "details.Material"))
    *items, reject = METADATA.read_rows(tmp_path, *rows, item_columns=columns)
    kept = {"store": "Acme", "details.Material": "Clay"}
    assert items == [
        (1, Item("B01", "Cup & Saucer", ("Home", "Cups"), kept, ("home cups",))),
        (2, Item("B02", attributes=dict.fromkeys(kept, ""))),
    ]
    assert str(reject).endswith(":3: missing item: column 'parent_asin' is empty")


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


def test_an_item_of_several_paths_has_a_query_of_each(tmp_path):
    # As an item of 2014 stands in the metadata: twice a path of the same words, and one that is too short.
    paths = [["Home"], ["Home", "Cups"], ["Home", "Garden", "Pots"], ["Garden", "Pots"], ["Home", "The Cups"]]
    ((_, found),) = METADATA.read_rows(tmp_path, json.dumps({"asin": "B01", "categories": paths}))
    assert found.categories == ("Home", "Garden", "Pots")
    assert found.queries == ("home cups", "home garden pots", "garden pots")
    purchases = [Event(f"A{number}", 5, Surface.RECOMMENDATION, item_id="B01") for number in range(1_200)]
    made = [with_query(event, found) for event in purchases]
    counts = Counter((event.surface, event.query) for event in made)
    # Half of the purchases are searches, give or take five standard deviations (17.3 each).
    assert abs(counts.pop((Surface.RECOMMENDATION, "")) - 600) < 87
    # A third of these searches is for each query, give or take five standard deviations (12.9).
    assert set(counts) == {(Surface.SEARCH, query) for query in found.queries}
    assert all(abs(count - 200) < 65 for count in counts.values()), counts
    assert made == [with_query(event, found) for event in purchases]
    assert purchases == [with_query(event, Item("B01")) for event in purchases], "no path, no search"
