"""Reviews and metadata all the way to examples, on Beam: the queries come from the items."""

import json

import pytest

from components.item_catalog.catalog import build_catalog
from components.item_catalog.table import read_table
from components.sources.adapters.amazon_reviews import with_query
from components.sources.data_config import DataConfig
from schemas import features
from schemas.canonical_event import Event, Item, Surface
from tests.support.generated_examples import NOW_MS, generate
from tests.support.raw_files import lines, make_pipeline, write

PURCHASES = [(f"A{user}", f"B{(user + step) % 9}", 86_400 * step) for user in range(6) for step in range(6)]
# The metadata do not know B8.
PATHS = {f"B{number}": [["Home", "Mugs" if number % 2 else "Lamps"], ["Gifts", "Home"]] for number in range(8)}
REVIEWS = [{"reviewerID": user, "asin": item, "unixReviewTime": time} for user, item, time in PURCHASES]
METADATA = [{"asin": item, "categories": paths} for item, paths in PATHS.items()]
REVIEWS_2023 = [{"user_id": u, "asin": "V", "parent_asin": i, "timestamp": 1000 * time} for u, i, time in PURCHASES]
METADATA_2023 = [{"parent_asin": item, "categories": paths[0], "images": [{}]} for item, paths in PATHS.items()]


@pytest.mark.parametrize(
    ("reviews", "metadata", "paths"), [(REVIEWS, METADATA, 2), (REVIEWS_2023, METADATA_2023, 1)], ids=["2014", "2023"]
)
def test_each_purchase_is_the_target_of_one_example_with_a_query_of_its_item(reviews, metadata, paths, tmp_path):
    queries = {item: tuple(" ".join(path).lower() for path in found[:paths]) for item, found in PATHS.items()}
    config = DataConfig(
        source="amazon_reviews",
        events=write(tmp_path / "reviews.json.gz", lines(*([json.dumps(each)] for each in reviews))),
        items=write(tmp_path / "meta.json", lines(*([json.dumps(each)] for each in metadata))),
        core=2,
        train_negatives=1,
        evaluation_negatives=2,
    )
    build_catalog(make_pipeline, config, str(tmp_path), str(tmp_path), NOW_MS)
    made = generate(tmp_path / "made", config, list(read_table(str(tmp_path))), workers=2)
    found = sorted(
        tuple(example[name][0] for name in (features.USER_ID, features.CANDIDATES, features.SURFACE, features.QUERY))
        for example in made.targets
    )
    expected = [
        with_query(Event(user, 0, Surface.RECOMMENDATION, item_id=item), Item(item, queries=queries.get(item, ())))
        for user, item, _ in PURCHASES
    ]
    assert found == sorted((event.user_id, event.item_id, event.surface.value, event.query) for event in expected)
    assert {surface for _, _, surface, _ in found} == {"search", "recommendation"}
    assert {query for *_, query in found} == {"", "home mugs", "home lamps", *(["gifts home"] if paths > 1 else [])}
