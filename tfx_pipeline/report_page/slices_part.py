"""Where a model is good and where not: the metric that decides, on parts of the held-out examples."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from components.baselines.comparison_keys import BEST_RULE, DIFFERENCE, EXAMPLES, MODEL, USERS
from components.baselines.slices.slice_names import ABOVE_BASELINE, BASELINE, BY, PART, TITLES
from schemas.rank_metrics import metric_named
from tfx_pipeline.report_page.html_parts import Html, element, folded, paragraphs, part, table
from tfx_pipeline.report_page.plots import Interval, intervals

_COLUMNS: Final = {
    MODEL: "model",
    BEST_RULE: "best rule",
    DIFFERENCE: "difference",
    BASELINE: "baseline",
    ABOVE_BASELINE: "model minus baseline",
}
_SIGNED: Final = (DIFFERENCE, ABOVE_BASELINE)
Slices = Sequence[Mapping[str, Any]]


def slices_part(compared: Mapping[str, Any]) -> Html:
    """Pictures of the slices of each surface, and a table of them; nothing if a run has none.

    Args:
        compared: The comparison with simple rules, as a run's report has it.
    """
    by_surface = {
        surface: found["slices"]
        for surface, found in sorted(compared.get("candidates", {}).items(), reverse=True)
        if found.get("slices")
    }
    if not by_surface:
        return Html()
    label = metric_named(compared["metric"]).label
    pictures = [
        intervals(f"{surface}, {label} by {TITLES.get(way, way)}", shown)
        for surface, slices in by_surface.items()
        for way, shown in _shown(slices).items()
    ]
    told = (
        "Of all held-out examples, among the candidates, with 95 % intervals over users. Slices with fewer than ten "
        "users have no figures."
    )
    return part(
        f"Slices: {label}",
        paragraphs([told]),
        element("div", *pictures, class_="pictures"),
        folded("All slices, beside the best rule", *(_table(surface, each) for surface, each in by_surface.items())),
    )


def _shown(slices: Slices) -> dict[str, list[Interval]]:
    """By way the slices that have figures; ways with a single one say nothing."""
    found: dict[str, list[Interval]] = {}
    for each in slices:
        if MODEL in each:
            value, low, high = each[MODEL]
            note = f"{value:.3f}, {each[EXAMPLES]:,} examples"
            found.setdefault(each[BY], []).append(Interval(each[PART], value, low, high, note))
    return {way: shown for way, shown in found.items() if len(shown) > 1}


def _table(surface: str, slices: Slices) -> Html:
    columns = [name for name in _COLUMNS if any(name in each for each in slices)]
    rows = [
        [TITLES.get(each[BY], each[BY]), each[PART], f"{each[EXAMPLES]:,}", f"{each[USERS]:,}"]
        + [_cell(each.get(name), name in _SIGNED) for name in columns]
        for each in slices
    ]
    header = [surface, "slice", "examples", "users", *(_COLUMNS[name] for name in columns)]
    return table(header, rows, f"Slices, {surface}")


def _cell(figure: Sequence[float] | None, signed: bool) -> str:
    if figure is None:
        return ""
    value, low, high = figure
    return f"{value:+.4f} ({low:+.3f} to {high:+.3f})" if signed else f"{value:.4f} ({low:.3f} to {high:.3f})"
