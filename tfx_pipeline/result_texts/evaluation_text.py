"""Formats what else an evaluation found: what decides, scores as probabilities, the lists served, places, slices."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from components.baselines import comparison_keys as keys
from components.baselines.slices.slice_names import BY, PART, TITLES
from components.metrics.served_lists import list_figures as lists
from schemas.rank_metrics import metric_named
from tfx_pipeline.result_texts.place_text import place_lines
from tfx_pipeline.result_texts.tables import table

Model = Mapping[str, Any]
"""What a run's report says of a model. One of an earlier release lacks what is told here."""
SCORE_COLUMNS: Final = {
    keys.AUC: "AUC",
    keys.LOG_LOSS: "log loss",
    keys.CALIBRATION_ERROR: "calibration error",
    keys.OBSERVED_TO_PREDICTED: "observed / predicted",
    keys.SHIFTED_LOG_LOSS: "log loss, shifted",
    keys.SHIFTED_CALIBRATION_ERROR: "error, shifted",
}
LIST_COLUMNS: Final = {
    lists.LISTS: "lists",
    lists.COVERAGE: "coverage",
    lists.GINI: "Gini",
    lists.SERVED_POPULARITY: "popularity",
    lists.CLICKED_POPULARITY: "of the wanted",
    lists.NOVELTY: "novelty, bits",
    lists.DIVERSITY: "diversity",
}
LISTS_TOLD: Final = (
    f"Lists: the first {lists.LISTED} items of the answers to a part of the users (evaluation.listed_examples). They "
    "decide nothing."
)
SCORES_TOLD: Final = (
    "Scores among the candidates. Shifted: after all log-odds were moved by one number, so that as many positives are "
    "predicted as there are."
)
_BEFORE: Final = "before calibration"
_MOST_SLICES: Final = 5
_INTEGERS: Final = {lists.LISTS}
_SHORT: Final = {lists.SERVED_POPULARITY, lists.CLICKED_POPULARITY, lists.NOVELTY}


def evaluation_lines(model: Model) -> list[str]:
    """Tables of scores, lists and places, and the slices in which a rule is better for sure; what is there of them."""
    found = []
    for title, columns, told, by_surface in (
        ("scores", SCORE_COLUMNS, scores_told(model), scores_of(model)),
        (f"first {lists.LISTED} served", LIST_COLUMNS, LISTS_TOLD, model.get("lists") or {}),
    ):
        header, rows = figure_table(title, columns, by_surface)
        found += [table(header, rows), told] if rows else []
    compared = model.get("rules") or {}
    return [*found, *place_lines(compared), *slice_lines(compared)]


def what_decides(model: Model) -> str:
    """Which of the figures decide whether the model is pushed, in a sentence or two; empty if there is but one kind."""
    compared = model.get("rules") or {}
    if not compared:
        return "Figures among all items decide nothing." if model["whole_catalogue"] else ""
    among_all = compared.get("decides_among") == "catalogue"
    told = f"What decides is {metric_named(compared['metric']).label}: against the baseline among the candidates"
    if compared["decides"]:
        told += f", and against the best simple rule among {'all items' if among_all else 'the candidates'}"
    is_shown_alone = model["whole_catalogue"] and not (among_all and compared["decides"])
    return f"{told}.{' Figures among all items decide nothing (evaluation.decides_among).' if is_shown_alone else ''}"


def interval_of(model: Model, surface: str, metric: str) -> str:
    """The 95 % interval of a metric among the candidates, over users; empty if it was not measured."""
    compared = model.get("rules") or {"candidates": {}}
    figure = compared["candidates"].get(surface, {}).get("over_examples", {}).get(metric)
    return f"{figure[1]:.3f} to {figure[2]:.3f}" if figure else ""


def scores_of(model: Model) -> dict[str, Mapping[str, Any]]:
    """By surface what the scores among the candidates are worth, and what they were before they were calibrated."""
    found = {}
    for surface, each in (model.get("rules") or {"candidates": {}})["candidates"].items():
        for name, figures in ((surface, each.get("scores")), (f"{surface}, {_BEFORE}", each.get(keys.UNCALIBRATED))):
            if figures:
                found[name] = figures
    return found


def scores_told(model: Model) -> str:
    """What the figures of scores are, in a few sentences."""
    of_surfaces = (model.get("rules") or {"candidates": {}})["candidates"]
    calibrated = {name: each for name, each in of_surfaces.items() if keys.UNCALIBRATED in each}
    if not calibrated:
        return SCORES_TOLD
    told = []
    for surface, each in calibrated.items():
        count = each[keys.CANDIDATES_PER_CLICK]
        told.append(f"in {surface} one in {f'{count:,.6g} candidates' if count else 'those that are given'} is clicked")
    return f"{SCORES_TOLD} Served scores are calibrated, and candidates count so that {', '.join(told)}."


def figure_table(
    title: str, columns: Mapping[str, str], by_surface: Mapping[str, Mapping[str, Any]]
) -> tuple[list[str], list[list[str]]]:
    """The header and the rows of a table with a row for each surface, search first; without columns of no figure."""
    names = [name for name in columns if any(name in each for each in by_surface.values())]
    rows = [
        [surface, *(_cell(name, by_surface[surface].get(name)) for name in names)]
        for surface in sorted(by_surface, reverse=True)
    ]
    return [title, *(columns[name] for name in names)], rows


def slice_lines(compared: Mapping[str, Any]) -> list[str]:
    """The slices in which the best rule is better than the model by the interval, the worst first."""
    behind = [
        (each[keys.DIFFERENCE], f"{surface}, {TITLES.get(each[BY], each[BY])}: {each[PART]}", each)
        for surface, found in compared.get("candidates", {}).items()
        for each in found.get("slices", ())
        if each.get(keys.DIFFERENCE, [0, 0, 0])[2] < 0
    ]
    behind.sort(key=lambda each: each[0][0])
    told = [
        f"{name} ({_difference(difference)}; {each[keys.EXAMPLES]:,} examples of {each[keys.USERS]:,} users)"
        for difference, name, each in behind[:_MOST_SLICES]
    ]
    lines = [f"Behind the best rule in {each}." for each in told]
    left = len(behind) - _MOST_SLICES
    return [
        *lines,
        *([f"Slices behind the best rule beside these: {left}; `tandem report` has all."] if left > 0 else []),
    ]


def _difference(figure: Sequence[float]) -> str:
    value, low, high = figure
    return f"{value:+.4f}, 95 % interval {low:+.4f} to {high:+.4f}"


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if name in _INTEGERS else f"{value:.1f}" if name in _SHORT else f"{value:.4f}"
