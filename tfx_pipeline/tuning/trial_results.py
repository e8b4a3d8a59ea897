"""What came of the trials of a search, as a file. Imports nothing heavy."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

OBJECTIVE: Final = "ndcg_at_5"
"""What trials are judged by on the validation split, the mean over the surfaces; larger is better."""
FILE: Final = "trials.json"
"""In the artifact `tuner_results`, beside KerasTuner's own file."""


@dataclasses.dataclass(frozen=True)
class TrialResult:
    """The end of a trial.

    Attributes:
        number: Its number in its search, from 1.
        values: The values that it tried, by field.
        score: The best NDCG@5 on the validation split, the mean over the surfaces; None if it failed.
        metrics: All metrics of that epoch, by name; empty if it failed.
        epoch: The best epoch.
        epochs: The last epoch.
        as_configured: Whether its values are those of the configuration as it is.
        stopped_at: The epoch after which the median rule stopped it; 0 if it did not.
        goes_on_from: With Hyperband, the number of the trial whose training this one continues; 0 if it began anew.
        seconds: How long it took, without what was before an interruption.
        error: Why it failed; empty if it did not.
    """

    number: int
    values: Mapping[str, Any]
    score: float | None = None
    metrics: Mapping[str, float] = dataclasses.field(default_factory=dict)
    epoch: int = 0
    epochs: int = 0
    as_configured: bool = False
    stopped_at: int = 0
    goes_on_from: int = 0
    seconds: float = 0.0
    error: str = ""


def best_of(trials: Sequence[TrialResult]) -> TrialResult | None:
    """The trial with the highest score, of equal ones the first; None if all failed."""
    scored = [each for each in trials if each.score is not None]
    return max(scored, key=lambda each: (each.score, -each.number)) if scored else None


def write(path: Path, trials: Sequence[TrialResult], searched: Sequence[str]) -> None:
    """Writes the trials of a search, and what was searched, a line of text for each field."""
    whole = {"searched": list(searched), "trials": [dataclasses.asdict(each) for each in trials]}
    path.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")


def read(path: Path) -> tuple[list[TrialResult], list[str]]:
    """Reads back what `write` wrote."""
    whole = json.loads(path.read_text(encoding="utf-8"))
    return [TrialResult(**each) for each in whole["trials"]], whole["searched"]
