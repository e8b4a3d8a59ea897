"""Lays out the trials of a search: for a terminal, and as comments of the tuned configuration."""

import textwrap
from collections.abc import Sequence
from typing import Any, Final

from schemas.rank_metrics import metric_named
from tfx_pipeline.display.run_status import duration
from tfx_pipeline.result_texts.tables import shown
from tfx_pipeline.tuning.trial_results import TrialResult, best_of

WIDTH: Final = 100
"""Columns of the terminal that the text fits into."""
_LABEL: Final = metric_named("ndcg_at_5").label
_GAP: Final = "  "
_HEADER: Final = ("trial", _LABEL, "epoch", "time")


def text(trials: Sequence[TrialResult]) -> str:
    """The table for a terminal of `WIDTH` columns, the best trial first, and below it what it means."""
    best = best_of(trials)
    ordered = sorted(trials, key=lambda each: (each.score is None, -(each.score or 0.0), each.number))
    cells = [_cells(each, each is best) for each in ordered]
    widths = [max(map(len, column)) for column in zip(_HEADER, *cells, strict=True)]

    def line(row: Sequence[str], last: str) -> str:
        return _GAP.join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=True)), last]).rstrip()

    room = WIDTH - sum(widths) - len(_GAP) * len(widths)
    lines = [line(_HEADER, "values")]
    for each, row in zip(ordered, cells, strict=True):
        first, *others = textwrap.wrap(shown(_told(each)), room, break_on_hyphens=False) or [""]
        lines += [line(row, first), *(line([""] * len(widths), other) for other in others)]
    meaning = f"* the best {_LABEL} on the validation split, the mean over the surfaces; of one seed."
    return "\n".join([*lines, "", *textwrap.wrap(meaning, WIDTH)])


def values(trial: TrialResult) -> str:
    """The values of a trial in a line, by the fields' names without their sections, if these tell them apart."""
    short = [name.rpartition(".")[2] for name in trial.values]
    names = short if len(set(short)) == len(short) else list(trial.values)
    return ", ".join(f"{name} {_value(value)}" for name, value in zip(names, trial.values.values(), strict=True))


def comments(trials: Sequence[TrialResult], searched: Sequence[str], config_path: str, algorithm: str) -> list[str]:
    """What the tuned configuration says of its origin, in lines."""
    best = best_of(trials)
    assert best is not None and best.score is not None, "a search without a good trial ends with an error"
    failed = sum(each.score is None for each in trials)
    own = next((each.score for each in trials if each.as_configured and each.score is not None), None)
    return [
        f"{config_path}, tuned: {len(trials)} trials ({algorithm}{f', {failed} of them failed' if failed else ''}).",
        "Searched:",
        *(f"  {each}" for each in searched),
        f"Best: trial {best.number}, {_LABEL} {best.score:.4f} on the validation split after epoch {best.epoch}.",
        *([f"With the values that it had before: {own:.4f}."] if own is not None else []),
        "Only these fields differ from the configuration that was searched:",
        *(f"  {name}: {_value(value)}" for name, value in best.values.items()),
    ]


def _cells(trial: TrialResult, is_best: bool) -> list[str]:
    score = "failed" if trial.score is None else f"{trial.score:.4f}{'*' if is_best else ''}"
    epoch = "" if trial.score is None else f"{trial.epoch} of {trial.epochs}"
    return [str(trial.number), score, epoch, duration(trial.seconds)]


def _told(trial: TrialResult) -> str:
    remarks = [values(trial)]
    if trial.as_configured:
        remarks.append("as configured")
    if trial.goes_on_from:
        remarks.append(f"goes on from trial {trial.goes_on_from}")
    if trial.stopped_at:
        remarks.append("stopped early")
    if trial.error:
        remarks.append(trial.error.splitlines()[0])
    return "; ".join(remarks)


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
