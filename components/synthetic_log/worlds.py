"""The named worlds of `generate.world`: platforms of several kinds, each a set of the generator's settings."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

WORLD: Final = "world"
_NO_TRANSITIONS: Final = {"r2r": 0.0, "s2r": 0.0, "r2s": 0.0, "s2s": 0.0, "newest_only": False}
_CLICKS_ALONE: Final = {"searches_without_click": 0.0, "clicks_per_search": 1.0, "shown_per_action": 0.0}

WORLDS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        # Classified ads: more than three times as many items as clicks, each gone after three days.
        "cold": {
            **_CLICKS_ALONE,
            "events": 5_000,
            "events_per_user": 12,
            "items": 18_000,
            "topics": 40,
            "topic_skew": 0.0,
            "item_skew": 0.0,
            "item_life_days": 3.0,
            "interests": 3,
            "exploration": 0.1,
            "vague_queries": 0.3,
            "days": 60,
        },
        # Hotels: everybody wants one place, and half of the clicks come after its name was typed.
        "travel": {
            **_CLICKS_ALONE,
            "events": 6_000,
            "events_per_user": 6,
            "items": 6_000,
            "topics": 150,
            "categories": 15,
            "item_skew": 0.3,
            "interests": 1,
            "drift": 0.0,
            "exploration": 0.0,
            "transitions": _NO_TRANSITIONS,
            "search_share": 0.5,
            "vague_queries": 0.0,
            "place_names": True,
        },
        # Articles: nobody reads yesterday's.
        "news": {
            **_CLICKS_ALONE,
            "events": 8_000,
            "events_per_user": 20,
            "items": 1_200,
            "topics": 12,
            "categories": 4,
            "item_skew": 1.0,
            "item_life_days": 1.0,
            "interests": 3,
            "search_share": 0.2,
            "days": 20,
        },
        # What is bought was mostly bought before.
        "groceries": {
            **_CLICKS_ALONE,
            "events": 8_000,
            "events_per_user": 40,
            "items": 800,
            "topics": 32,
            "repeats": 0.7,
            "drift": 0.02,
            "exploration": 0.1,
            "search_share": 0.3,
        },
        # A few items have most of the clicks, and most items one or two.
        "long_tail": {
            **_CLICKS_ALONE,
            "events": 8_000,
            "events_per_user": 16,
            "items": 8_000,
            "topics": 40,
            "topic_skew": 1.0,
            "item_skew": 1.2,
        },
        # A shop of its first week.
        "tiny": {
            "events": 300,
            "events_per_user": 12,
            "items": 150,
            "topics": 10,
            "categories": 2,
            "interests": 2,
            "shown_per_action": 0.0,
            "days": 7,
        },
        # Shelves in nine languages, four of them without spaces.
        "languages": {
            "events": 8_000,
            "events_per_user": 20,
            "items": 1_800,
            "topics": 36,
            "categories": 9,
            "languages": [
                *("latin", "german", "turkish", "hindi", "arabic", "korean", "thai", "chinese", "japanese"),
            ],
            "interests": 3,
            "shown_per_action": 0.0,
        },
    }
)
"""World to settings of the section `generate`."""


def filled_in(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of the section `generate`, with those of the world that they name where they say nothing else."""
    return {**WORLDS.get(settings.get(WORLD, ""), {}), **settings}
