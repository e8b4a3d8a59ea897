"""JDsearch's layout as published (arXiv 2305.14810, github.com/rucliujn/JDsearch): one row per user, one per product.

A user's row ends with a search and all that it showed. Before it stand the items on which the user acted. So a row
leaves out what the user does after the last search, earlier items that were only shown, and earlier searches without a
click. A user who never searches has no row. Times are gaps in whole seconds, and words are numbers.

Columns that the process does not model, such as the brand and the kind of an action, are made up.
"""

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Final

import numpy as np

from components.synthetic_log.actions import Actions
from components.synthetic_log.behaviour import NO_ITEM, Behaviour
from components.synthetic_log.layouts.numbers import joined_terms
from components.synthetic_log.made_catalogue import Catalogue

_BETWEEN_ELEMENTS: Final = "_"
_BETWEEN_WORDS: Final = "\x18"
_NO_QUERY: Final = "-1"
_LEVELS: Final = range(1, 5)
_TYPES: Final = ("CART", "CART", "CART", "CLICK", "CLICK", "ORD", "FLW")
_LABELS: Final = {"CLICK": "1.0", "FLW": "1.0", "CART": "2.0", "ORD": "3.0"}
_NOT_ENGAGED: Final = "0.0"
_BRANDS: Final = 100
_SHOPS: Final = 300


class JdSearchLayout:
    """Writes files that `data.source: jdsearch` reads."""

    headers: ClassVar[Mapping[str, str]] = {
        "release_data": "query\tcandidate_wid_list\tcandidate_label_list\thistory_qry_list\thistory_wid_list\t"
        "history_type_list\thistory_time_list",
        "product_data": "\t".join(
            (
                *("wid", "name", "brand_id", "brand_name"),
                *(f"cate_{kind}_{level}" for level in _LEVELS for kind in ("id", "name")),
                "shop_id",
            )
        ),
    }
    item_file: ClassVar[str] = "product_data"
    ending: ClassVar[str] = ".txt"
    tells_surfaces: ClassVar[bool] = True

    def __init__(self, catalogue: Catalogue):
        self._catalogue = catalogue
        self._words = [str(number) for number in range(catalogue.terms)]
        self._names = joined_terms(catalogue.name_terms(), self._words, _BETWEEN_WORDS)

    def kept(self, behaviour: Behaviour) -> Behaviour:
        """Each user's last search, and the clicks before it."""
        actions, rows = behaviour.actions, behaviour.rows
        searches = np.flatnonzero(actions.is_search)
        last = np.full(len(behaviour.users), -1)
        last[actions.user[searches]] = searches  # Of several for one user, NumPy keeps the last.
        end = last[actions.user[rows.action]]
        clicked = rows.engaged & (rows.item != NO_ITEM)
        mask = (rows.action == end) | (clicked & (rows.action < end))
        return dataclasses.replace(behaviour, rows=rows.chosen(mask))

    def behaviour_lines(self, behaviour: Behaviour) -> dict[str, str]:
        """One line per user."""
        actions, rows = behaviour.actions, behaviour.rows
        seconds = actions.timestamp_ms[rows.action] // 1_000
        types = [_TYPES[place] for place in _type_places(actions)[rows.action].tolist()]
        items = [str(item + 1) for item in rows.item.tolist()]
        queries = [query or _NO_QUERY for query in joined_terms(actions.terms, self._words, _BETWEEN_WORDS)]
        bounds = np.searchsorted(actions.user[rows.action], np.arange(len(behaviour.users) + 1)).tolist()
        lines = []
        for begin, end in zip(bounds[:-1], bounds[1:], strict=True):
            if begin == end:
                continue
            last = int(rows.action[end - 1])
            search = int(np.searchsorted(rows.action, last))
            shown = [place for place in range(search, end) if rows.item[place] != NO_ITEM]
            columns = (
                [queries[last]],
                [items[place] for place in shown],
                [_LABELS[types[place]] if rows.engaged[place] else _NOT_ENGAGED for place in shown],
                [queries[action] for action in rows.action[begin:search].tolist()],
                items[begin:search],
                types[begin:search],
                map(str, np.diff(seconds[begin : search + 1], prepend=seconds[begin]).tolist()),
            )
            lines.append("\t".join(_BETWEEN_ELEMENTS.join(column) for column in columns) + "\n")
        return {"release_data": "".join(lines)}

    def item_lines(self, items: np.ndarray, titles: np.ndarray) -> str:
        """One line per item. Only two of the four category levels are filled."""
        topics = self._catalogue.topic(items)
        categories = self._catalogue.category(topics)
        missing = "\t\t" * 2
        return "".join(
            f"{item + 1}\t{name}\t{item % _BRANDS + 1}\t{self._catalogue.terms + item % _BRANDS}\t"
            f"{category + 1}\t{self._names[self._catalogue.topics + category]}\t{topic + 1}\t{self._names[topic]}"
            f"{missing}\t{item % _SHOPS + 1}\n"
            for item, name, category, topic in zip(
                items.tolist(),
                joined_terms(titles, self._words, _BETWEEN_WORDS),
                categories.tolist(),
                topics.tolist(),
                strict=True,
            )
        )


def _type_places(actions: Actions) -> np.ndarray:
    return (actions.detail * len(_TYPES)).astype(np.int64)
