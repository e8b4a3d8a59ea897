"""The names of slices, for those who read them without computing any."""

from typing import Final

TITLES: Final = {
    "history_length": "events in the history",
    "share_of_searches": "share of searches in the history",
    "last_transition": "the last event and this one",
    "user_activity": "training examples of the user",
    "item_popularity": "engagements of training with the wanted item",
    "repeat": "is the wanted item in the history",
    "query": "does training have the query",
    "query_length": "words of the query",
    "hour": "hour of the day",
}
"""The ways to cut examples, and what they go by in words. `slice_ways` has their definitions."""
WAY_NAMES: Final = tuple(TITLES)
BY, PART = "by", "part"
"""In files: the way, and the slice."""
BASELINE, ABOVE_BASELINE = "baseline", "above_baseline"
"""The figures of the Evaluator's baseline, and model minus baseline; only where slices decide."""
