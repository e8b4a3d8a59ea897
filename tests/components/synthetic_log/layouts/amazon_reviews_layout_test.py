import ast
import dataclasses
import json

import numpy as np
import pytest

from components.sources.adapter import adapter
from components.synthetic_log.generated_set import generate
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.layouts.amazon_reviews_layout import AmazonReviewsLayout
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.parts import all_parts, make_part
from schemas.canonical_event import Surface
from tests.support.made_logs import make_and_read
from tests.support.small_behaviour import BEHAVIOUR

SMALL = GeneratorConfig(items=12, topics=3, categories=2, words_per_topic=2)
CONFIG = GeneratorConfig(events=900, events_per_user=90, items=300, topics=10, categories=3)
DAY_MS = 86_400_000


def layout_of(**changes):
    return AmazonReviewsLayout(Catalogue(dataclasses.replace(SMALL, **changes)))


def reviews(layout):
    ((name, text),) = layout.behaviour_lines(layout.kept(BEHAVIOUR)).items()
    return name, text.splitlines()


def test_reviews_of_2014():
    name, lines = reviews(layout_of())
    assert name == "reviews_Kindle_Store_5.json"
    # 22 May 2023, 07:53:20 UTC; the day began at 1684713600. User 7 clicks 2 in the feed, and 5 and 8 in a search.
    assert lines[0] == (
        '{"reviewerID": "A0000000000007", "asin": "B000000002", "reviewerName": "Reviewer 7", "helpful": [0, 0], '
        '"reviewText": "Just the Babi Babo for me.", "overall": 4.0, "summary": "Babi Babo", '
        '"unixReviewTime": 1684713600, "reviewTime": "05 22, 2023"}'
    )
    found = [json.loads(line) for line in lines]
    assert [(each["reviewerID"][-1], each["asin"][-1]) for each in found] == [
        ("7", "2"),
        ("7", "5"),
        ("7", "8"),
        ("8", "A"),
    ]


def test_reviews_of_2018():
    name, lines = reviews(layout_of(amazon_edition=2018, amazon_category="Electronics"))
    assert name == "Electronics_5.json"
    assert lines[-1] == (
        '{"overall": 4.0, "verified": true, "reviewTime": "05 22, 2023", "reviewerID": "A0000000000008", '
        '"asin": "B00000000A", "reviewerName": "Reviewer 8", "reviewText": "Just the Baba Babe for me.", '
        '"summary": "Baba Babe", "unixReviewTime": 1684713600}'
    )


def test_reviews_and_metadata_of_2023():
    layout = layout_of(amazon_edition=2023, amazon_category="Electronics")
    name, lines = reviews(layout)
    assert (name, layout.item_file) == ("Electronics.jsonl", "meta_Electronics.jsonl")
    # 22 May 2023, 07:53:20 UTC.
    assert lines[0] == (
        '{"rating": 4.0, "title": "Babi Babo", "text": "Just the Babi Babo for me.", "images": [], '
        '"asin": "B000000002", "parent_asin": "B000000002", "user_id": "A0000000000007", "timestamp": 1684742000000, '
        '"helpful_vote": 0, "verified_purchase": true}'
    )
    (line,) = layout.item_lines(np.array([4]), np.array([[2, 3]])).splitlines()
    assert line == (
        '{"main_category": "Electronics", "title": "babi babo", "average_rating": 4.0, "rating_number": 1, '
        '"features": [], "description": [], "price": 8.99, '
        '"images": [{"thumb": "", "large": "", "variant": "MAIN", "hi_res": null}], "videos": [], "store": "Brand 5", '
        '"categories": ["Electronics", "Bado Badu", "Babi Babo"], "details": {"Manufacturer": "Brand 5"}, '
        '"parent_asin": "B000000005", "bought_together": null}'
    )


def test_metadata_of_2014_are_python():
    layout = layout_of()
    first, second = layout.item_lines(np.array([4, 11]), np.array([[2, 3], [6, 5]])).splitlines()
    assert layout.item_file == "meta_Kindle_Store.json"
    # Category 2 has the ninth and tenth word, after those of three topics and of category 1.
    assert first == (
        "{'asin': 'B000000005', 'title': 'babi babo', 'price': 8.99, 'imUrl': '', 'related': {}, 'salesRank': {}, "
        "'brand': 'Brand 5', 'categories': [['Kindle Store', 'Bado Badu', 'Babi Babo']]}"
    )
    assert ast.literal_eval(second)["asin"] == "B00000000C"


def test_metadata_of_2018_are_json():
    layout = layout_of(amazon_edition=2018, amazon_category="Clothing_Shoes_and_Jewelry")
    (line,) = layout.item_lines(np.array([4]), np.array([[2, 3]])).splitlines()
    assert layout.item_file == "meta_Clothing_Shoes_and_Jewelry.json"
    assert line == (
        '{"category": ["Clothing Shoes and Jewelry", "Bado Badu", "Babi Babo"], "tech1": "", "description": [], '
        '"fit": "", "title": "babi babo", "also_buy": [], "tech2": "", "brand": "Brand 5", "feature": [], "rank": [], '
        '"also_view": [], "details": {}, "main_cat": "Clothing Shoes and Jewelry", "similar_item": "", "date": "", '
        '"price": "$8.99", "asin": "B000000005", "imageURL": [], "imageURLHighRes": []}'
    )


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("files", [1, 3])
@pytest.mark.parametrize(
    ("edition", "pattern"),
    [(2014, "reviews_Kindle_Store_5.json*"), (2018, "Kindle_Store_5.json*"), (2023, "Kindle_Store.jsonl*")],
)
def test_what_is_read_is_what_the_generic_layout_holds(edition, pattern, files, packed, tmp_path):
    config = dataclasses.replace(CONFIG, amazon_edition=edition, files=files, gzip=packed)
    generic, items = make_and_read(CONFIG, "events", tmp_path / "events", "events*", "items*")
    events, products = make_and_read(config, "amazon_reviews", tmp_path / "amazon", pattern, "meta_Kindle_Store.json*")
    length = 1 if edition == 2023 else DAY_MS
    clicks = [event for event in generic if event.label and event.item_id]
    assert len(clicks) > 300
    assert [(event.user_id, event.timestamp_ms, event.item_id) for event in events] == [
        (
            "A" + np.base_repr(int(event.user_id), 36).zfill(13),
            event.timestamp_ms // length * length,
            "B" + np.base_repr(int(event.item_id), 36).zfill(9),
        )
        for event in clicks
    ]
    assert {event.surface for event in events} == {Surface.RECOMMENDATION}

    # An item's name is the same, and its path is another name for the same topic and category.
    assert [(item.item_id, item.title) for item in products] == [
        ("B" + np.base_repr(int(item.item_id), 36).zfill(9), item.title) for item in items
    ]
    pairs = {(made.categories, read.categories) for made, read in zip(items, products, strict=True)}
    assert len(pairs) == len({one for one, _ in pairs}) == len({other for _, other in pairs}) == 10
    # Item 14 is of topic 3, whose words are 36 to 47, and of category 0, whose words begin at 120.
    assert products[13].categories == ("Kindle Store", "Besa Bese", "Bane Bani")
    # Half of the purchases are searches for their item's topic, give or take five standard deviations.
    known = {item.item_id: item for item in products}
    made = [adapter("amazon_reviews").with_item(event, known[event.item_id]) for event in events]
    searches = [event for event in made if event.surface is Surface.SEARCH]
    assert abs(len(searches) - len(made) / 2) < 2.5 * len(made) ** 0.5
    assert all(event.query == " ".join(known[event.item_id].categories).lower() for event in searches)


def test_the_truth_counts_reviews_and_ranks_nothing(tmp_path):
    truth = generate(CONFIG, "amazon_reviews", str(tmp_path), negatives=9)
    reviews = (tmp_path / "reviews_Kindle_Store_5.json").read_text().splitlines()
    assert truth["files"] == ["reviews_Kindle_Store_5.json", "meta_Kindle_Store.json"]
    assert truth["counts"] == {"users": 10, "items": 300, "events": len(reviews)}
    assert truth["achievable"] == {}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"amazon_category": "Home & Kitchen"},
            "`amazon_category` should be of letters, digits and underscores, such as Kindle_Store. "
            "Received: 'Home & Kitchen'",
        ),
        ({"amazon_edition": 2020}, "`amazon_edition` should be 2014, 2018 or 2023. Received: 2020"),
    ],
)
def test_wrong_settings(changes, message):
    with pytest.raises(ValueError) as error:
        dataclasses.replace(SMALL, **changes)
    assert str(error.value) == message


def test_files_do_not_depend_on_the_parts_in_which_they_are_made():
    def joined(events_a_part):
        contents = {}
        for part in all_parts(CONFIG, events_a_part):
            for name, content in make_part(CONFIG, "amazon_reviews", 9, part).contents.items():
                contents[name] = contents.get(name, b"") + content
        return contents

    assert joined(150) == joined(50_000)
    assert all(len(content) > 5_000 for content in joined(150).values())
