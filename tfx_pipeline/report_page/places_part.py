"""At which places items were shown: how often users engaged there, how much they see, and metrics without that."""

from collections.abc import Mapping
from typing import Any, Final

from components.baselines import comparison_keys as keys
from schemas.rank_metrics import metric_named
from tfx_pipeline.report_page.html_parts import Html, element, folded, paragraphs, part, table
from tfx_pipeline.report_page.plots import Interval, intervals
from tfx_pipeline.result_texts.place_text import PLACES_TOLD, estimates_of, place_sentences

_SCOPES: Final = {"candidates": "among candidates", "catalogue": "among all items"}
_OWN: Final = "the model"
_ENDS: Final = 1.96
"""Standard errors from a figure to the ends of its 95 % interval."""
_DRAWN: Final = 20
"""Of so many places the examination is drawn; the table has all."""


def places_part(compared: Mapping[str, Any]) -> Html:
    """Pictures and tables of the places of each surface; nothing if the log does not tell them.

    Args:
        compared: The comparison with simple rules, as a run's report has it.
    """
    tables = compared.get(keys.BY_PLACE)
    if not tables:
        return Html()
    surfaces = sorted(tables, reverse=True)
    metric = compared["metric"]
    pictures = [
        intervals(f"{surface}, examination by place", drawn)
        for surface in surfaces
        if (drawn := _drawn(tables[surface]))
    ]
    told = [line for surface in surfaces for line in place_sentences(compared, surface)]
    estimates = [
        (surface, title, of)
        for surface in surfaces
        for scope, title in _SCOPES.items()
        if (of := estimates_of(compared, scope, surface))
    ]
    return part(
        f"By place: {metric_named(metric).label} if users saw all places alike",
        paragraphs([*([PLACES_TOLD] if estimates else []), *told]),
        *(_estimates(surface, title, of, metric) for surface, title, of in estimates),
        element("div", *pictures, class_="pictures") if pictures else "",
        folded("Shown and engaged with by place", *(_places(surface, tables[surface]) for surface in surfaces)),
        *([folded("All metrics by place", *(_all_metrics(*each) for each in estimates))] if estimates else []),
    )


def _drawn(of: Mapping[str, Any]) -> list[Interval]:
    drawn: list[Interval] = []
    for place, _, _, chance, error in of[keys.PLACES]:
        if chance is not None and len(drawn) < _DRAWN:
            reach = _ENDS * (error or 0.0)
            drawn.append(Interval(f"place {place}", chance, max(chance - reach, 0.0), chance + reach, f"{chance:.2f}"))
    return drawn


def _rankers(of: Mapping[str, Any], metric: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The model and all that it is compared with, the best estimate first."""
    named = [(_OWN if name == keys.MODEL else name, figures) for name, figures in of[keys.RANKERS].items()]
    return sorted(named, key=lambda each: -each[1][metric][1])


def _estimates(surface: str, scope: str, of: Mapping[str, Any], metric: str) -> Html:
    rankers = _rankers(of, metric)
    own = of[keys.RANKERS][keys.MODEL][metric][1]
    rows = []
    for name, figures in rankers:
        plain, value, low, high = figures[metric]
        ahead = "" if name == _OWN else f"{own - value:+.4f}"
        rows.append([name, f"{plain:.4f}", f"{value:.4f}", f"{low:.3f} to {high:.3f}", ahead])
    header = [f"{surface}, {scope}", "plain", "seen alike", "95 % interval", "model is ahead by"]
    marked = [place for place, (name, _) in enumerate(rankers) if name == _OWN]
    return table(header, rows, f"By place, {surface}, {scope}", marked)


def _all_metrics(surface: str, scope: str, of: Mapping[str, Any]) -> Html:
    names = list(of[keys.RANKERS][keys.MODEL])
    rows = [
        [
            _OWN if name == keys.MODEL else name,
            *(f"{value:.4f} ({low:.3f} to {high:.3f})" for _, value, low, high in map(figures.__getitem__, names)),
        ]
        for name, figures in of[keys.RANKERS].items()
    ]
    header = [f"{surface}, {scope}, seen alike", *(metric_named(each).label for each in names)]
    return table(header, rows, f"All metrics by place, {surface}, {scope}")


def _places(surface: str, of: Mapping[str, Any]) -> Html:
    rows = [
        [f"{place}", *_rate(shown, engaged), _short(chance), _short(error)]
        for place, shown, engaged, chance, error in of[keys.PLACES]
    ]
    if of[keys.BEYOND][0]:
        rows.append(["deeper", *_rate(*of[keys.BEYOND]), "", ""])
    header = [f"{surface}, place", "shown", "engaged with", "share", "examination", "standard error"]
    return table(header, rows, f"Places, {surface}")


def _rate(shown: int, engaged: int) -> list[str]:
    return [f"{shown:,}", f"{engaged:,}", f"{engaged / shown:.4f}" if shown else ""]


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
