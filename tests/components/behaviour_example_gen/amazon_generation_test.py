"""Reviews and metadata all the way to examples, on Beam: the queries come from the items."""

import json

from components.item_catalog.catalog import build_catalog
from components.item_catalog.table import read_table
from components.sources.adapters.amazon_reviews import with_query
from components.sources.data_config import DataConfig
from schemas import features
from schemas.canonical_event import Event, Item, Surface
from tests.support.generated_examples import NOW_MS, generate
from tests.support.raw_files import make_pipeline, write

PURCHASES = [(f"A{user}", f"B{(user + step) % 9}", 86_400 * step) for user in range(6) for step in range(6)]
PATHS = {f"B{number}": [["Home", "Mugs" if number % 2 else "Lamps"], ["Gifts", "Home"]] for number in range(9)}
QUERIES = {item: tuple(" ".join(path).lower() for path in paths) for item, paths in PATHS.items()}


def test_each_purchase_is_the_target_of_one_example_with_a_query_of_its_item(tmp_path):
    reviews = [
        json.dumps({"reviewerID": user, "asin": item, "unixReviewTime": time, "overall": 4.0})
        for user, item, time in PURCHASES
    ]
    metadata = [repr({"asin": item, "categories": paths}) for item, paths in PATHS.items()]
    write(tmp_path / "reviews.json.gz", "\n".join(reviews) + "\n")
    write(tmp_path / "meta.json", "\n".join(metadata) + "\n")
    config = DataConfig(
        source="amazon_reviews",
        path=str(tmp_path),
        events="reviews.json.gz",
        items="meta.json",
        core=2,
        train_negatives=1,
        evaluation_negatives=2,
    )
    for name in ("catalog", "rejects"):
        (tmp_path / name).mkdir()
    build_catalog(make_pipeline, config, str(tmp_path / "catalog"), str(tmp_path / "rejects"), NOW_MS)
    made = generate(tmp_path / "made", config, list(read_table(str(tmp_path / "catalog"))), workers=2)
    found = sorted(
        tuple(example[name][0] for name in (features.USER_ID, features.CANDIDATES, features.SURFACE, features.QUERY))
        for example in made.targets
    )
    expected = [
        with_query(Event(user, 0, Surface.RECOMMENDATION, item_id=item), Item(item, queries=QUERIES[item]))
        for user, item, _ in PURCHASES
    ]
    assert found == sorted((event.user_id, event.item_id, event.surface.value, event.query) for event in expected)
    assert {surface for _, _, surface, _ in found} == {"search", "recommendation"}
    assert {query for *_, query in found} == {"", "home mugs", "home lamps", "gifts home"}
