"""What makes probabilities of a surface's logits, and where it lies beside an exported model."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

SCORE_MAP_FILE: Final = "assets.extra/calibration.json"
"""In the folder of a SavedModel whose scores are calibrated. Model servers leave such files alone."""


@dataclass(frozen=True)
class ScoreMap:
    """A score is the sigmoid of slope * logit + intercept. The slope is above 0, so the order of items stays.

    Attributes:
        slope: Above 0.
        intercept: Moves all log-odds to the base rate.
        candidates: Of how many candidates one is clicked: the base rate is its reciprocal. None: as many as an example
            has.
        list_shift: Lists that add the logarithm of an item's popularity, `item_prior`, to the log-odds of a ranker add
            slope * prior + this instead.
    """

    slope: float = 1.0
    intercept: float = 0.0
    candidates: float | None = None
    list_shift: float = 0.0


def to_json(maps: Mapping[str, ScoreMap]) -> str:
    """The maps by the surface's value, as text."""
    return json.dumps({surface: asdict(each) for surface, each in sorted(maps.items())}, indent=2) + "\n"


def from_json(text: str) -> dict[str, ScoreMap]:
    """Reads what `to_json` wrote."""
    return {surface: ScoreMap(**values) for surface, values in json.loads(text).items()}
