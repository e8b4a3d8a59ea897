"""GeneratorConfig: the `generate` section of a configuration, which describes the made-up platform."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from components.synthetic_log.layouts.words import LANGUAGES, LATIN
from components.synthetic_log.worlds import WORLD, WORLDS, filled_in
from schemas.number_checks import check_least, check_shares

LEAST_LIVING: Final = 4
"""So many items of a topic are there at a time at least, on average. Fewer might leave a topic empty."""
LEAST_LIST: Final = 5
"""A list has a place for each click of a search."""
LONGEST_LIST: Final = 100
LONGEST: Final = 4
"""Limits the exponential part of a user's number of events, in units of its mean."""


@dataclass(frozen=True)
class Transitions:
    """How often an action's topic is that of the last action on a surface, rather than one of the user's interests.

    All four are probabilities, named as in UniSAR (section 4.2): r for recommendation, s for search. 0 plants nothing.

    Attributes:
        r2r: Probability that a feed click is on the topic of the last feed click.
        s2r: Probability that a feed click is on the topic of the last search.
        r2s: Probability that a search is for the topic of the last feed click.
        s2s: Probability that a search is for the topic of the last search.
        newest_only: Whether only the action right before leads, whichever surface it was on. Otherwise the last one on
            each surface does, however long ago.
    """

    r2r: float = 0.1
    s2r: float = 0.35
    r2s: float = 0.35
    s2s: float = 0.1
    newest_only: bool = False

    def __post_init__(self) -> None:
        """Refuses values that are not probabilities.

        Raises:
            ValueError: The message names the refused values.
        """
        check_shares(self, "r2r", "s2r", "r2s", "s2s")
        if self.newest_only:
            return
        for one, other in (("r2r", "s2r"), ("s2s", "r2s")):
            total = getattr(self, one) + getattr(self, other)
            if total > 1:
                raise ValueError(f"`{one}` and `{other}` should not be more than 1 together. Received: {total:g}")


STRENGTHS: Final = {
    "none": Transitions(r2r=0.0, s2r=0.0, r2s=0.0, s2s=0.0),
    "low": Transitions(r2r=0.05, s2r=0.15, r2s=0.15, s2s=0.05),
    "medium": Transitions(),
    "high": Transitions(r2r=0.1, s2r=0.6, r2s=0.6, s2s=0.1),
    "newest": Transitions(r2r=0.6, s2r=0.6, r2s=0.6, s2s=0.6, newest_only=True),
}
"""The strengths that `--transitions` names."""
AMAZON_2014: Final = 2014
AMAZON_2018: Final = 2018
AMAZON_2023: Final = 2023


@dataclass(frozen=True)
class GeneratorConfig:
    """A made-up platform and those who use it; the room's README has the process.

    Attributes:
        world: A platform of a kind, of `components/synthetic_log/worlds.py`: `cold` (new items each day), `travel`
            (each user one place), `news` (items live a day), `groceries` (repeats), `long_tail`, `tiny` (300 events) or
            `languages`. It sets the fields below that are not set beside it. Empty: none.
        events: About how many events the log has, including those that were only shown; at least 1.
        events_per_user: Mean of a user's events, at least 1.
        length_spread: How much users differ in their number of events: from 0, not at all, to 1, as exponential
            variables do.
        items: How many items the catalogue has, at least as many as topics.
        topics: How many topics there are, at least as many as categories. Each item has one topic.
        categories: How many categories there are, at least 1. Each topic has one category.
        words_per_topic: How many words each topic has of its own; each category has as many.
        languages: What the made-up words look like; topics take turns. `latin`, `german`, `turkish`, `hindi`, `arabic`,
            `korean`, `thai`, `chinese` and `japanese`. The layouts `kuaisar` and `jdsearch` have numbers for words.
        topic_skew: Exponent of the topics' popularity by rank (Zipf); 0 for equally popular ones.
        item_skew: Exponent of the items' popularity by rank within a topic; 0 for equally popular ones.
        item_life_days: How many days an item is there. Items appear evenly over the log. 0: all are there all the time.
        repeats: Probability that an engagement is with an item of the topic that the user has had, the more often the
            likelier, if there is one; 0: nobody gets an item again.
        place_names: Whether topics are places and categories countries: items have no titles, their categories are
            names, place before country (the layout `events`), and a query is the name of its topic or category.
        interests: How many topics a user is interested in at a time, at least 1. The k-th topic counts 1/k as much as
            the first.
        drift: Probability that one of the interests is replaced from one visit to the next.
        exploration: Probability that an action that no transition leads is about any topic, drawn by popularity, not
            about an interest.
        transitions: How an action depends on those before it.
        search_share: Share of searches among actions, from 0 to 1.
        vague_queries: Share of queries whose words name the category but not the topic, from 0 to 1.
        searches_without_click: Share of searches in which nothing is clicked, from 0 to 1.
        clicks_per_search: Mean number of clicks in the other searches, at least 1. No search has more than 5.
        shown_per_action: Mean number of items that are shown besides and not clicked; at least 0. Without meaning where
            lists have a length.
        list_length: How many places each list of items has, at least 5; for `data.source: events`, whose files then
            have a column `place`. Every third item is promoted, so that it stands higher. 0: items are in no lists.
        place_bias: How quickly users lose interest down a list: the place k is seen with the probability k^-place_bias,
            and what is not seen is not engaged with. At least 0, where all places are seen.
        actions_per_visit: Mean number of actions (feed clicks and searches) in a visit; at least 1.
        days: How many days the log covers, from 1 May 2023.
        seed: Seed of all that is drawn.
        files: How many files the events are divided into.
        gzip: Whether the files are packed with gzip.
        amazon_category: For `data.source: amazon_reviews`: the category as it stands in the file names.
        amazon_edition: For `data.source: amazon_reviews`: 2014, 2018 or 2023, the year of the collection whose format
            the files have.
        truth_users: The most users on whom the best achievable metrics are estimated.
    """

    world: str = ""
    events: int = 100_000
    events_per_user: int = 50
    length_spread: float = 0.75
    items: int = 5_000
    topics: int = 50
    categories: int = 5
    words_per_topic: int = 12
    languages: tuple[str, ...] = (LATIN,)
    topic_skew: float = 0.5
    item_skew: float = 0.8
    item_life_days: float = 0.0
    repeats: float = 0.0
    place_names: bool = False
    interests: int = 6
    drift: float = 0.1
    exploration: float = 0.3
    transitions: Transitions = field(default_factory=Transitions)
    search_share: float = 0.4
    vague_queries: float = 0.8
    searches_without_click: float = 0.15
    clicks_per_search: float = 1.3
    shown_per_action: float = 1.0
    list_length: int = 0
    place_bias: float = 0.0
    actions_per_visit: float = 8.0
    days: int = 90
    seed: int = 17
    files: int = 1
    gzip: bool = False
    amazon_category: str = "Kindle_Store"
    amazon_edition: int = AMAZON_2014
    truth_users: int = 2_000

    def __post_init__(self) -> None:
        """Refuses invalid values.

        Raises:
            ValueError: A value is out of its range. The message names it.
        """
        check_shares(self, "length_spread", "drift", "exploration", "search_share", "vague_queries")
        check_shares(self, "searches_without_click", "repeats")
        check_least(
            self, 1, "events", "events_per_user", "items", "topics", "categories", "words_per_topic", "interests"
        )
        check_least(self, 1, "days", "files", "clicks_per_search", "actions_per_visit")
        check_least(self, 0, "seed", "truth_users", "topic_skew", "item_skew", "shown_per_action", "item_life_days")
        check_least(self, 0, "place_bias")
        if self.list_length and not LEAST_LIST <= self.list_length <= LONGEST_LIST:
            raise ValueError(
                f"`list_length` should be from {LEAST_LIST} to {LONGEST_LIST}, or 0 for none. Received: "
                f"list_length={self.list_length}"
            )
        if self.place_bias and not self.list_length:
            raise ValueError("`place_bias` needs `list_length`, the number of places of a list.")
        if self.world and self.world not in WORLDS:
            raise ValueError(f"`world` should be one of {', '.join(WORLDS)}, or empty. Received: {self.world!r}")
        if not re.fullmatch(r"\w+", self.amazon_category):
            raise ValueError(
                "`amazon_category` should be of letters, digits and underscores, such as Kindle_Store. "
                f"Received: {self.amazon_category!r}"
            )
        if self.amazon_edition not in (AMAZON_2014, AMAZON_2018, AMAZON_2023):
            raise ValueError(f"`amazon_edition` should be 2014, 2018 or 2023. Received: {self.amazon_edition}")
        unknown = [name for name in self.languages if name not in LANGUAGES]
        if unknown or not self.languages:
            raise ValueError(f"`languages` should be some of {', '.join(LANGUAGES)}. Received: {list(self.languages)}")
        if self.categories % len(self.languages):
            raise ValueError(
                "`categories` should be a multiple of the number of `languages`, because each category is in one. "
                f"Received: categories={self.categories}, languages={list(self.languages)}"
            )
        for fewer, more in (("topics", "items"), ("categories", "topics")):
            if getattr(self, fewer) > getattr(self, more):
                raise ValueError(
                    f"`{fewer}` should not be more than `{more}`. "
                    f"Received: {fewer}={getattr(self, fewer)}, {more}={getattr(self, more)}"
                )
        # The last, smallest topic. Items appear from a life before the log begins to a day after it ends.
        living = self.items // self.topics * self.item_life_days / (self.days + 1 + self.item_life_days)
        if self.item_life_days and living < LEAST_LIVING:
            raise ValueError(
                f"{LEAST_LIVING} items of a topic or more should be there at a time; give more `items` or fewer "
                f"`topics`, a longer `item_life_days` or fewer `days`. Received: {living:.2g} of a topic"
            )

    @classmethod
    def of_world(cls, world: str, **changes: Any) -> "GeneratorConfig":
        """The settings of a world, some of them changed."""
        settings: dict[str, Any] = {}
        for name, value in filled_in({WORLD: world, **changes}).items():
            value = tuple(value) if isinstance(value, list) else value
            settings[name] = Transitions(**value) if isinstance(value, Mapping) else value
        return cls(**settings)

    @classmethod
    def filled_in(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        """What the section of a configuration says, with the settings of the world that it names beneath."""
        return filled_in(settings)

    @property
    def users(self) -> int:
        """How many users there are."""
        return math.ceil(self.events / self.events_per_user)
