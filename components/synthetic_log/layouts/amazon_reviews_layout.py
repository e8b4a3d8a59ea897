"""Amazon's reviews as published (McAuley et al.): one object per line, a file of reviews and one of metadata.

* 2014 (jmcauley.ucsd.edu/data/amazon): `reviews_CATEGORY_5.json`, and `meta_CATEGORY.json` of Python literals;
* 2018 (nijianmo.github.io/amazon): `CATEGORY_5.json`, and `meta_CATEGORY.json` of JSON;
* 2023 (amazon-reviews-2023.github.io): `CATEGORY.jsonl`, and `meta_CATEGORY.jsonl`; times are exact to the millisecond.

Each click of the process is a purchase with its day. There is no search log: the files do not say which of them come
from searches, nor the queries. Readers make queries from the category paths of items. The published reviews are in the
order of their items; these are in the order of users. Fields that the process does not model, such as ratings and
texts, are made up.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np

from components.synthetic_log.behaviour import NO_ITEM, Behaviour
from components.synthetic_log.generator_config import AMAZON_2014, AMAZON_2018, AMAZON_2023
from components.synthetic_log.layouts.words import WordList
from components.synthetic_log.made_catalogue import Catalogue

_DAY_S: Final = 86_400
_BRANDS: Final = 100


class _Review(NamedTuple):
    reviewer: str
    asin: str
    name: str
    text: str
    summary: str
    overall: float
    unix_time: int
    time: str
    timestamp_ms: int


class _Product(NamedTuple):
    asin: str
    title: str
    brand: str
    path: list[str]
    price: float


class _Edition(NamedTuple):
    reviews: str
    review: Callable[[_Review], dict[str, Any]]
    product: Callable[[_Product], dict[str, Any]]
    written: Callable[[dict[str, Any]], str]
    ending: str = ".json"


class AmazonReviewsLayout:
    """Writes files that `data.source: amazon_reviews` reads, of the configured category and edition.

    The base names hold their endings, because a configuration that reads `CATEGORY_5.json*` should find divided files
    too.
    """

    ending: ClassVar[str] = ""
    tells_surfaces: ClassVar[bool] = False

    def __init__(self, catalogue: Catalogue):
        category = catalogue.config.amazon_category
        self._catalogue = catalogue
        self._edition = _EDITIONS[catalogue.config.amazon_edition]
        self._reviews = self._edition.reviews.format(category)
        self.item_file = f"meta_{category}{self._edition.ending}"
        self.headers: Mapping[str, str] = {self._reviews: "", self.item_file: ""}
        self._department = category.replace("_", " ")
        self._words = WordList(catalogue.term_owners(), catalogue.config.languages)
        self._names = [name.title() for name in self._words.texts(catalogue.name_terms())]

    def kept(self, behaviour: Behaviour) -> Behaviour:
        """The clicks, in the feed and in searches."""
        rows = behaviour.rows
        return dataclasses.replace(behaviour, rows=rows.chosen(rows.engaged & (rows.item != NO_ITEM)))

    def behaviour_lines(self, behaviour: Behaviour) -> dict[str, str]:
        """One line per click."""
        actions, rows = behaviour.actions, behaviour.rows
        times = actions.timestamp_ms[rows.action]
        days = times // (_DAY_S * 1_000)
        lines = []
        for user, item, topic, day, date, time in zip(
            behaviour.users[actions.user[rows.action]].tolist(),
            rows.item.tolist(),
            self._catalogue.topic(rows.item).tolist(),
            days.tolist(),
            days.astype("datetime64[D]").tolist(),
            times.tolist(),
            strict=True,
        ):
            review = _Review(
                reviewer=_reviewer_id(user),
                asin=_asin(item),
                name=f"Reviewer {user + 1}",
                text=f"Just the {self._names[topic]} for me.",
                summary=self._names[topic],
                overall=3.0 + (user + item) % 3,
                unix_time=day * _DAY_S,
                time=f"{date.month:02} {date.day}, {date.year}",
                timestamp_ms=time,
            )
            lines.append(json.dumps(self._edition.review(review)) + "\n")
        return {self._reviews: "".join(lines)}

    def item_lines(self, items: np.ndarray, titles: np.ndarray) -> str:
        """One line per item. Its path is the whole category, the made category and the topic."""
        topics = self._catalogue.topic(items)
        categories = self._catalogue.category(topics)
        lines = []
        for item, title, category, topic in zip(
            items.tolist(), self._words.texts(titles), categories.tolist(), topics.tolist(), strict=True
        ):
            path = [self._department, self._names[self._catalogue.topics + category], self._names[topic]]
            product = _Product(_asin(item), title, f"Brand {item % _BRANDS + 1}", path, 4.99 + item % 20)
            lines.append(self._edition.written(self._edition.product(product)) + "\n")
        return "".join(lines)


def _reviewer_id(user: int) -> str:
    return "A" + np.base_repr(user + 1, 36).rjust(13, "0")


def _asin(item: int) -> str:
    return "B" + np.base_repr(item + 1, 36).rjust(9, "0")


def _review_of_2014(review: _Review) -> dict[str, Any]:
    return {
        "reviewerID": review.reviewer,
        "asin": review.asin,
        "reviewerName": review.name,
        "helpful": [0, 0],
        "reviewText": review.text,
        "overall": review.overall,
        "summary": review.summary,
        "unixReviewTime": review.unix_time,
        "reviewTime": review.time,
    }


def _product_of_2014(product: _Product) -> dict[str, Any]:
    return {
        "asin": product.asin,
        "title": product.title,
        "price": round(product.price, 2),
        "imUrl": "",
        "related": {},
        "salesRank": {},
        "brand": product.brand,
        "categories": [product.path],
    }


def _review_of_2018(review: _Review) -> dict[str, Any]:
    return {
        "overall": review.overall,
        "verified": True,
        "reviewTime": review.time,
        "reviewerID": review.reviewer,
        "asin": review.asin,
        "reviewerName": review.name,
        "reviewText": review.text,
        "summary": review.summary,
        "unixReviewTime": review.unix_time,
    }


def _product_of_2018(product: _Product) -> dict[str, Any]:
    return {
        "category": product.path,
        "tech1": "",
        "description": [],
        "fit": "",
        "title": product.title,
        "also_buy": [],
        "tech2": "",
        "brand": product.brand,
        "feature": [],
        "rank": [],
        "also_view": [],
        "details": {},
        "main_cat": product.path[0],
        "similar_item": "",
        "date": "",
        "price": f"${product.price:.2f}",
        "asin": product.asin,
        "imageURL": [],
        "imageURLHighRes": [],
    }


def _review_of_2023(review: _Review) -> dict[str, Any]:
    return {
        "rating": review.overall,
        "title": review.summary,
        "text": review.text,
        "images": [],
        "asin": review.asin,
        "parent_asin": review.asin,
        "user_id": review.reviewer,
        "timestamp": review.timestamp_ms,
        "helpful_vote": 0,
        "verified_purchase": True,
    }


def _product_of_2023(product: _Product) -> dict[str, Any]:
    return {
        "main_category": product.path[0],
        "title": product.title,
        "average_rating": 4.0,
        "rating_number": 1,
        "features": [],
        "description": [],
        "price": round(product.price, 2),
        "images": [{"thumb": "", "large": "", "variant": "MAIN", "hi_res": None}],
        "videos": [],
        "store": product.brand,
        "categories": product.path,
        "details": {"Manufacturer": product.brand},
        "parent_asin": product.asin,
        "bought_together": None,
    }


_EDITIONS: Final = {
    AMAZON_2014: _Edition("reviews_{}_5.json", _review_of_2014, _product_of_2014, repr),
    AMAZON_2018: _Edition("{}_5.json", _review_of_2018, _product_of_2018, json.dumps),
    AMAZON_2023: _Edition("{}.jsonl", _review_of_2023, _product_of_2023, json.dumps, ".jsonl"),
}
