"""KuaiSAR's layout as published (arXiv 2306.07705): four files, with numbers instead of words.

Columns that the process does not model, such as playing times, are made up.
"""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from components.synthetic_log.actions import Actions
from components.synthetic_log.behaviour import NO_ITEM, Behaviour, Rows
from components.synthetic_log.layouts.numbers import joined_terms, session_numbers
from components.synthetic_log.made_catalogue import Catalogue

_CHINA_MS = 8 * 3_600_000
"""The published times of day are in China's time zone; the timestamps are UTC."""
_SOURCES = ("USER_INPUT", "USER_INPUT", "QUERY_RECO", "HISTORY")
_LEVELS = ("first", "second", "third", "fourth")
_AUTHORS = 1_000
_SECOND_MS = 1_000
_LONGEST_S = 60


class KuaiSarLayout:
    """Writes files that `data.source: kuaisar` reads."""

    headers: ClassVar[Mapping[str, str]] = {
        "rec_inter": "user_id,item_id,playing_time,duration_ms,time,timestamp,click,forward,like,follow,search,"
        "search_item_related",
        "src_inter": "user_id,search_session_id,search_session_time,search_session_timestamp,keyword,search_source,"
        "item_id,click_cnt,item_type",
        "user_features": "user_id,search_active_level,rec_active_level,onehot_feat1,onehot_feat2",
        "item_features": "item_id,caption,author_id,item_type,upload_time,upload_type,"
        + ",".join(f"{level}_level_category_{kind}" for level in _LEVELS for kind in ("id", "name", "name_en")),
    }
    item_file: ClassVar[str] = "item_features"
    ending: ClassVar[str] = ".csv"
    tells_surfaces: ClassVar[bool] = True

    def __init__(self, catalogue: Catalogue):
        self._catalogue = catalogue
        self._words = [str(number) for number in range(catalogue.terms)]

    def kept(self, behaviour: Behaviour) -> Behaviour:
        """All of it."""
        return behaviour

    def behaviour_lines(self, behaviour: Behaviour) -> dict[str, str]:
        """The lines of the feed, of searches and of users."""
        actions, rows = behaviour.actions, behaviour.rows
        users = (behaviour.users[actions.user] + 1).tolist()
        times = np.datetime_as_string((actions.timestamp_ms + _CHINA_MS).astype("datetime64[ms]"), unit="s")
        times = np.char.replace(times, "T", " ").tolist()
        is_search = actions.is_search[rows.action]
        return {
            "rec_inter": _feed_lines(actions, rows.chosen(~is_search), users, times),
            "src_inter": self._search_lines(actions, rows.chosen(is_search & (rows.item != NO_ITEM)), users, times),
            "user_features": _user_lines(behaviour),
        }

    def _search_lines(self, actions: Actions, rows: Rows, users: list[int], times: list[str]) -> str:
        heads = [
            f'{user},{session},{time},{moment},"[{query}]",{_SOURCES[source]},'
            for user, session, time, moment, query, source in zip(
                users,
                session_numbers(actions).tolist(),
                times,
                actions.timestamp_ms.tolist(),
                joined_terms(actions.terms, self._words, ", "),
                (actions.detail * len(_SOURCES)).astype(int).tolist(),
                strict=True,
            )
        ]
        return "".join(
            f"{heads[action]}{item + 1},{clicks},VIDEO\n"
            for action, item, clicks in zip(
                rows.action.tolist(), rows.item.tolist(), rows.engaged.astype(int).tolist(), strict=True
            )
        )

    def item_lines(self, items: np.ndarray, titles: np.ndarray) -> str:
        """One line per item. Only two of the four category levels are filled."""
        topics = self._catalogue.topic(items)
        categories = self._catalogue.category(topics)
        missing = ",0,empty,empty" * 2
        return "".join(
            f'{item + 1},"[{caption}]",{item % _AUTHORS + 1},NORMAL,2023-04-{item % 30 + 1:02},ShortImport,'
            f"{category + 1},category {category + 1},category {category + 1},"
            f"{topic + 1},topic {topic + 1},topic {topic + 1}{missing}\n"
            for item, caption, category, topic in zip(
                items.tolist(),
                joined_terms(titles, self._words, ", "),
                categories.tolist(),
                topics.tolist(),
                strict=True,
            )
        )


def _feed_lines(actions: Actions, rows: Rows, users: list[int], times: list[str]) -> str:
    same_user = np.append(actions.user[1:] == actions.user[:-1], False)
    searches_next = np.append(actions.is_search[1:], False) & same_user
    related = searches_next & (np.append(actions.topic[1:], -1) == actions.topic)
    duration = ((1 + actions.detail * _LONGEST_S) * _SECOND_MS).astype(np.int64)[rows.action]
    # Watched to half or more, or left at once.
    played = np.where(rows.engaged, duration // 2 + rows.item % (duration // 2), rows.item % _SECOND_MS)
    heads = list(zip(users, times, actions.timestamp_ms.tolist(), strict=True))
    tails = [f"{search},{each}\n" for search, each in zip(searches_next.astype(int), related.astype(int), strict=True)]
    lines = []
    for action, item, engaged, length, time_played in zip(
        *(each.tolist() for each in (rows.action, rows.item, rows.engaged.astype(int), duration, played)), strict=True
    ):
        user, time, moment = heads[action]
        likes = int(engaged and item % 10 == 0)
        tail = tails[action] if engaged else "0,0\n"
        lines.append(f"{user},{item + 1},{time_played}.0,{length}.0,{time},{moment}.0,{engaged},0,{likes},0,{tail}")
    return "".join(lines)


def _user_lines(behaviour: Behaviour) -> str:
    actions = behaviour.actions
    total = np.diff(actions.first)
    searches = np.bincount(actions.user, actions.is_search, minlength=len(total)).astype(np.int64)
    levels = [np.minimum(np.log2(1 + count).astype(np.int64), 9) for count in (searches, total - searches)]
    return "".join(
        f"{user + 1},{search_level},{feed_level},{user % 7},{user % 3}\n"
        for user, search_level, feed_level in zip(
            behaviour.users.tolist(), levels[0].tolist(), levels[1].tolist(), strict=True
        )
    )
