"""Which items of a topic users engage with, where items come and go or users get the same ones again.

Each item is there for `item_life_days`. They appear evenly, in an order of their own, so that each topic has items at
any time, popular ones among them. An engagement is, with the probability `repeats`, one with an item of the topic that
the user has had. Otherwise it is a new one, by popularity.
"""

import functools
from collections.abc import Sequence

import numpy as np

from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.made_catalogue import Catalogue

_GOLDEN = 0.6180339887498949
_BETWEEN_TOPICS = 0.4142135623730951


def has_own_choice(config: GeneratorConfig) -> bool:
    """Whether items are chosen here; if not, `distinct_items` draws them."""
    return bool(config.item_life_days or config.repeats)


@functools.lru_cache(maxsize=4)
def item_choice(catalogue: Catalogue, knows_lives: bool = True) -> "ItemChoice":
    """The choice among the items of a catalogue. It is made once for each catalogue."""
    return ItemChoice(catalogue, knows_lives)


def births(catalogue: Catalogue, items: np.ndarray) -> np.ndarray:
    """The day on which each item appears, from one life before the log begins to one day after it ends. [items]

    Steps of the golden ratio fill a range evenly with each further item.
    """
    config = catalogue.config
    ranks, topics = items // catalogue.topics, items % catalogue.topics
    places = ((ranks + 0.5) * _GOLDEN + topics * _BETWEEN_TOPICS) % 1.0
    return places * (config.days + 1 + config.item_life_days) - config.item_life_days


class ItemChoice:
    """Knows how likely each item of a topic is.

    Args:
        catalogue: The items.
        knows_lives: Whether items are chosen only while they are there. Otherwise all are taken to be there.
    """

    def __init__(self, catalogue: Catalogue, knows_lives: bool = True):
        self._catalogue = catalogue
        self._life = catalogue.config.item_life_days if knows_lives else 0.0
        self._repeats = catalogue.config.repeats
        # The items of each topic, in the order in which they appear.
        self._items = [
            np.arange(topic, catalogue.items, catalogue.topics, dtype=np.int64) for topic in range(catalogue.topics)
        ]
        if self._life:
            days = [births(catalogue, items) for items in self._items]
            orders = [np.argsort(each, kind="stable") for each in days]
            self._items = [items[order] for items, order in zip(self._items, orders, strict=True)]
            self._days = [each[order] for each, order in zip(days, orders, strict=True)]

    def there(self, topic: int, day: float) -> np.ndarray:
        """The items of a topic that are there at a time, in days since the log began. There is at least one."""
        items = self._items[topic]
        if not self._life:
            return items
        end = int(np.searchsorted(self._days[topic], day, side="right"))
        begin = int(np.searchsorted(self._days[topic], day - self._life, side="right"))
        return items[min(begin, end - 1) : end]

    def chances(self, topic: int, day: float, had: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How likely each item of a topic is the next one.

        Args:
            topic: The topic.
            day: The time in days since the log began.
            had: The items that the user has engaged with, of any topic, with repetitions.

        Returns:
            Items, and the probability of each. [items of the topic that are there]
        """
        items = self.there(topic, day)
        of_topic = had[had % self._catalogue.topics == topic]
        times = (of_topic[:, np.newaxis] == items).sum(axis=0)
        popularity = self._catalogue.popularity(items)
        # Who has had all of them starts over.
        new = np.where(times == 0, popularity, 0.0) if (times == 0).any() else popularity
        chances = new / new.sum()
        if self._repeats and times.any():
            chances = self._repeats * times / times.sum() + (1 - self._repeats) * chances
        return items, chances

    def shares(self, candidates: np.ndarray, day: float, had: np.ndarray) -> np.ndarray:
        """The probability of each candidate among the items of its topic; 0 if it is not there. [candidates]"""
        result, topics = np.zeros(len(candidates)), self._catalogue.topic(candidates)
        for topic in np.unique(topics).tolist():
            items, chances = self.chances(topic, day, had)
            order = np.argsort(items)
            mine = np.flatnonzero(topics == topic)
            places = np.minimum(np.searchsorted(items[order], candidates[mine]), len(items) - 1)
            is_there = items[order][places] == candidates[mine]
            result[mine] = np.where(is_there, chances[order][places], 0.0)
        return result

    def draw(
        self, user: np.ndarray, topic: np.ndarray, day: np.ndarray, streams: Sequence[np.random.Generator]
    ) -> np.ndarray:
        """Chooses an item for each engagement.

        Args:
            user: The index of each engagement's user in `streams`, in ascending order. [engagements]
            topic: The topic of each engagement. [engagements]
            day: The time of each, in days since the log began. [engagements]
            streams: The random numbers of each user.

        Returns:
            The items. [engagements]
        """
        result = np.empty(len(user), np.int64)
        first = np.searchsorted(user, user)
        for place in range(len(user)):
            items, chances = self.chances(int(topic[place]), float(day[place]), result[first[place] : place])
            result[place] = items[_place(chances, streams[user[place]].random())]
        return result

    def shown(self, topic: np.ndarray, day: np.ndarray, uniform: np.ndarray) -> np.ndarray:
        """Turns numbers from [0, 1) into items that are there, by popularity. [items shown]"""
        result = np.empty(len(topic), np.int64)
        for place in range(len(topic)):
            items = self.there(int(topic[place]), float(day[place]))
            popularity = self._catalogue.popularity(items)
            result[place] = items[_place(popularity / popularity.sum(), uniform[place])]
        return result


def _place(chances: np.ndarray, uniform: float) -> int:
    return min(int(np.searchsorted(np.cumsum(chances), uniform, side="right")), len(chances) - 1)
