"""The generic layout: `events.tsv` with one row per event, and `items.tsv` with one row per item."""

from collections.abc import Mapping
from typing import ClassVar, Final

import numpy as np

from components.raw_files.row import CATEGORY_SEPARATOR
from components.sources.event_rows import EventColumns, ItemColumns
from components.synthetic_log.behaviour import NO_ITEM, Behaviour
from components.synthetic_log.layouts.numbers import session_numbers
from components.synthetic_log.layouts.words import WordList
from components.synthetic_log.made_catalogue import Catalogue
from schemas.canonical_event import Surface

PLACE: Final = "place"
"""The column of the place at which an item was shown, where lists have a length: `data.columns.place: place`."""
_EVENT = EventColumns()
_ITEM = ItemColumns()
_COLUMNS = [_EVENT.user_id, _EVENT.timestamp, _EVENT.surface, _EVENT.query]
_COLUMNS += [_EVENT.session_id, _EVENT.item_id, _EVENT.label]
_ITEM_COLUMNS = [_ITEM.item_id, _ITEM.title, _ITEM.categories]


class EventsLayout:
    """Writes files that `data.source: events` reads with its default columns."""

    item_file: ClassVar[str] = "items"
    ending: ClassVar[str] = ".tsv"
    tells_surfaces: ClassVar[bool] = True

    def __init__(self, catalogue: Catalogue):
        self._catalogue = catalogue
        places = [PLACE] if catalogue.config.list_length else []
        self.headers: Mapping[str, str] = {"events": "\t".join(_COLUMNS + places), "items": "\t".join(_ITEM_COLUMNS)}
        self._words = WordList(catalogue.term_owners(), catalogue.config.languages)
        topics = [f"topic {number + 1}" for number in range(catalogue.topics)]
        categories = [f"category {number + 1}" for number in range(catalogue.config.categories)]
        if catalogue.config.place_names:
            names = self._words.texts(catalogue.name_terms())
            topics, categories = names[: catalogue.topics], names[catalogue.topics :]
        self._topics, self._categories = topics, categories

    def kept(self, behaviour: Behaviour) -> Behaviour:
        """All of it."""
        return behaviour

    def behaviour_lines(self, behaviour: Behaviour) -> dict[str, str]:
        """One line per event."""
        actions, rows = behaviour.actions, behaviour.rows
        sessions = session_numbers(actions).tolist()
        queries = self._words.texts(actions.terms)
        middles = [
            f"{user + 1}\t{moment}\t{Surface.SEARCH.value}\t{query}\t{session}\t"
            if session
            else f"{user + 1}\t{moment}\t{Surface.RECOMMENDATION.value}\t\t\t"
            for user, moment, query, session in zip(
                behaviour.users[actions.user].tolist(), actions.timestamp_ms.tolist(), queries, sessions, strict=True
            )
        ]
        places = [""] * len(rows.item)
        if rows.place is not None:
            places = [f"\t{place or ''}" for place in rows.place.tolist()]
        lines = [
            f"{middles[action]}{item + 1 if item != NO_ITEM else ''}\t{label}{place}\n"
            for action, item, label, place in zip(
                rows.action.tolist(), rows.item.tolist(), rows.engaged.astype(int).tolist(), places, strict=True
            )
        ]
        return {"events": "".join(lines)}

    def item_lines(self, items: np.ndarray, titles: np.ndarray) -> str:
        """One line per item."""
        topics = self._catalogue.topic(items)
        categories = self._catalogue.category(topics)
        paths = [
            (self._categories[category], self._topics[topic])
            for category, topic in zip(categories.tolist(), topics.tolist(), strict=True)
        ]
        if self._catalogue.config.place_names:  # A place before its country, as such logs have it.
            paths = [path[::-1] for path in paths]
        return "".join(
            f"{item + 1}\t{title}\t{CATEGORY_SEPARATOR.join(path)}\n"
            for item, title, path in zip(items.tolist(), self._words.texts(titles), paths, strict=True)
        )
