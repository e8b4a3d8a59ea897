"""How good a model is: its metrics beside those of what it has to beat, and what it passed to be pushed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from components.baselines.rule_names import SASREC
from components.judged_queries import judgement_keys as keys
from schemas.rank_metrics import in_order, metric_named
from tfx_pipeline.report_page.html_parts import Html, element, folded, joined, paragraphs, part, table
from tfx_pipeline.report_page.places_part import places_part
from tfx_pipeline.report_page.plots import Interval, intervals
from tfx_pipeline.report_page.slices_part import slices_part
from tfx_pipeline.result_texts.evaluation_text import (
    LIST_COLUMNS,
    LISTS_TOLD,
    SCORE_COLUMNS,
    figure_table,
    interval_of,
    scores_of,
    scores_told,
    what_decides,
)
from tfx_pipeline.result_texts.report_text import shortfall_text
from tfx_pipeline.result_texts.rules_text import refusals

_OVERALL: Final = "overall"
_OWN: Final = "the model"
_SCOPES: Final = {"candidates": "among candidates", "catalogue": "among all items"}
_FIGURES: Final = {
    "model_mb": "{:.1f} MB",
    "rest_rank_p50_ms": "a median `rank` request over REST {:.1f} ms",
    "grpc_rank_p50_ms": "over gRPC {:.1f} ms",
}
"""What the servability gate measures, as it is told."""

Model = Mapping[str, Any]
"""What a run's report says of a model; see `tfx_pipeline.report.ModelReport`."""


def quality_parts(model: Model) -> Html:
    """All tables and pictures of a model."""
    compared = model.get("rules") or {}
    return joined(
        [
            part("Metrics on the held-out examples", _metrics(model), *_notes(model)),
            part(_rules_title(compared), *_rules(compared)) if compared else "",
            places_part(compared),
            slices_part(compared),
            part("Scores as probabilities", *_scores(scores_of(model), scores_told(model))),
            part("What is served", *_lists(model.get("lists") or {})),
            part("Queries made from titles", *_judged(model.get("judged_queries") or {})),
            part("Gates", _gates(model)),
        ]
    )


def _metrics(model: Model) -> Html:
    """A row for each surface and metric: the model, and how far it is ahead of what it is compared with."""
    metrics = model["metrics"]
    rivals = {"baseline": metrics["baseline"]}
    if metrics.get("popularity", metrics["baseline"]) != metrics["baseline"]:
        rivals["popularity"] = metrics["popularity"]
    others = {"among all items": model["whole_catalogue"], "by vectors alone": model.get("by_vectors", {})}
    others = {title: found for title, found in others.items() if found}
    has_intervals = any(interval_of(model, surface, name) for surface, of in metrics["model"].items() for name in of)
    rows = []
    for surface in surfaces_of(metrics["model"]):
        own = metrics["model"][surface]
        names = in_order([*own, *(name for found in others.values() for name in found.get(surface, {}))])
        for name in names:
            cells = [surface, metric_named(name).label, figure(own.get(name))]
            if has_intervals:
                cells.append(interval_of(model, surface, name))
            for found in rivals.values():
                value = found.get(surface, {}).get(name)
                cells += [figure(value), difference(own.get(name), value)]
            rows.append([*cells, *(figure(found.get(surface, {}).get(name)) for found in others.values())])
    compared = [title for rival in rivals for title in (rival, "difference")]
    interval = ["95 % interval"] if has_intervals else []
    return table(["surface", "metric", "model", *interval, *compared, *others], rows, "Metrics")


def _notes(model: Model) -> list[Html]:
    told = [f"Baseline: {model['baseline']}.", model.get("among_which", ""), what_decides(model)]
    return [paragraphs([each for each in told if each])]


def surfaces_of(metrics: Mapping[str, Any]) -> list[str]:
    """The surfaces that have metrics, search first. Both together count only if there is no other."""
    return [each for each in sorted(metrics, reverse=True) if each != _OVERALL or len(metrics) == 1]


def figure(value: float | None) -> str:
    """A metric, in digits; empty if it was not measured."""
    return "" if value is None else f"{value:.4f}"


def difference(value: float | None, other: float | None) -> str:
    """How far one metric is above another, with its sign; empty if one was not measured."""
    return "" if value is None or other is None else f"{value - other:+.4f}"


def _rules_title(compared: Mapping[str, Any]) -> str:
    is_there = any(SASREC in each["rules"] for each in compared["candidates"].values())
    rules = "simple rules and SASRec" if is_there else "simple rules"
    return f"Beside {rules}: {metric_named(compared['metric']).label}, with 95 % intervals over users"


def _rules(compared: Mapping[str, Any]) -> list[Html]:
    surfaces = sorted(compared["candidates"], reverse=True)
    found = {each: {scope: compared[scope].get(each) for scope in _SCOPES} for each in surfaces}
    pictures = [
        intervals(f"{surface}, {_SCOPES[scope]}", _reaches(figures, compared["metric"]))
        for surface, scopes in found.items()
        for scope, figures in scopes.items()
        if figures
    ]
    decisive = compared[compared.get("decides_among", "candidates")]
    verdicts = [decisive[each]["verdict"] for each in sorted(decisive, reverse=True)] or refusals(compared)
    told = [f"{each[:1].upper()}{each[1:]}." for each in verdicts]
    told += [compared["sample"]] if compared["sample"] else []
    if not compared["blessed"] and not compared["decides"]:
        told.append("evaluation.must_beat_baselines is false, so this decides nothing.")
    return [
        element("div", *pictures, class_="pictures"),
        paragraphs(told),
        *(_rule_table(surface, scopes, compared["metric"]) for surface, scopes in found.items()),
        *(_all_metrics(surface, scopes) for surface, scopes in found.items()),
    ]


def _rankers(figures: Mapping[str, Any], metric: str) -> list[tuple[str, Mapping[str, Sequence[float]]]]:
    """The model and all rules, the best first."""
    all_of_them = [(_OWN, figures["model"]), *figures["rules"].items()]
    return sorted(all_of_them, key=lambda each: -each[1][metric][0])


def _reaches(figures: Mapping[str, Any], metric: str) -> list[Interval]:
    found = []
    for name, of in _rankers(figures, metric):
        value, low, high = of[metric]
        found.append(Interval(name, value, low, high, f"{value:.3f}", is_own=name == _OWN))
    return found


def _rule_table(surface: str, scopes: Mapping[str, Any], metric: str) -> Html:
    """A row for the model and each rule, with its interval and how far the model is ahead of it."""
    there = {scope: figures for scope, figures in scopes.items() if figures}
    rankers = {scope: dict(_rankers(figures, metric)) for scope, figures in there.items()}
    order = list(rankers["candidates"])
    rows = []
    for name in order:
        cells = [name]
        for by_name in rankers.values():
            if name not in by_name:
                cells += ["", "", ""]
                continue
            value, low, high = by_name[name][metric]
            ahead = "" if name == _OWN else f"{by_name[_OWN][metric][0] - value:+.4f}"
            cells += [f"{value:.4f}", f"{low:.3f} to {high:.3f}", ahead]
        rows.append(cells)
    header = [surface]
    for scope in there:
        header += [_SCOPES[scope], "95 % interval", "model is ahead by"]
    return table(header, rows, f"Simple rules, {surface}", [order.index(_OWN)])


def _all_metrics(surface: str, scopes: Mapping[str, Any]) -> Html:
    tables = []
    for scope, figures in scopes.items():
        if figures:
            names = list(figures["model"])
            rows = [
                [name, *(f"{of[each][0]:.4f} ({of[each][1]:.3f} to {of[each][2]:.3f})" for each in names)]
                for name, of in ((_OWN, figures["model"]), *figures["rules"].items())
            ]
            header = [f"{surface}, {_SCOPES[scope]}", *(metric_named(each).label for each in names)]
            tables.append(table(header, rows, f"All metrics, {surface}, {_SCOPES[scope]}", [0]))
    return folded(f"All metrics in {surface}, with intervals", *tables)


def _scores(by_surface: Mapping[str, Mapping[str, Any]], told: str) -> list[Html]:
    header, rows = figure_table("surface", SCORE_COLUMNS, by_surface)
    if not rows:
        return []
    bins = [
        [surface, f"{count:,}", f"{mean:.4f}", f"{share:.4f}", f"{share / mean:.2f}"]
        for surface, found in sorted(by_surface.items(), reverse=True)
        for count, mean, share in found.get("bins", ())
    ]
    titles = ["surface", "candidates", "mean score, shifted", "share of positives", "observed / predicted"]
    by_bin = [folded("By score", table(titles, bins, "Calibration by score"))] if bins else []
    return [table(header, rows, "Scores"), paragraphs([told]), *by_bin]


def _lists(by_surface: Mapping[str, Mapping[str, float]]) -> list[Html]:
    header, rows = figure_table("surface", LIST_COLUMNS, by_surface)
    return [table(header, rows, "What is served"), paragraphs([LISTS_TOLD])] if rows else []


def _judged(judged: Mapping[str, Any]) -> list[Html]:
    if not judged:
        return []
    if judged[keys.SKIPPED_KEY]:
        return [paragraphs([f"Search was not judged: {judged[keys.SKIPPED_KEY]}."])]
    found = {**judged[keys.KINDS_KEY], "all that have a right item": judged[keys.ALL_KEY]}
    rows = [
        [kind, f"{of[keys.COUNT]}", *(_short(of[name]) for name in (keys.PRECISION, keys.OUT_OF_ORDER)), *_answers(of)]
        for kind, of in found.items()
    ]
    header = ["", "queries", f"precision of the first {keys.FIRST}", "none above all", "items answered"]
    told = (
        f"Precision: how many of the first {keys.FIRST} items have all words of the query, in plural or singular. "
        f"None above all: in how many queries, of {keys.ASKED_FOR} items, one with no word stands above one with all."
    )
    return [table(header, rows, "Queries made from titles"), paragraphs([told])]


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _answers(figures: Mapping[str, Any]) -> list[str]:
    return ["" if figures[keys.ANSWERS] is None else f"{figures[keys.ANSWERS]:.0f}"]


def _gates(model: Model) -> Html:
    compared = model.get("rules") or {}
    lacks = [shortfall_text(each, model["baseline"]) for each in model["shortfalls"]]
    rows = [["Better than the baseline", _passed(model["blessed"]), "; ".join(lacks) or model["baseline"]]]
    if compared:
        told = "; ".join(compared["reasons"]) or "better than the best of them on each surface"
        is_passed = _passed(compared["blessed"]) if compared["decides"] else "decides nothing"
        rows.append(["Better than simple rules", is_passed, told])
    figures = model["servability_figures"]
    measured = [pattern.format(figures[name]) for name, pattern in _FIGURES.items() if name in figures]
    told = "; ".join(model["servability_reasons"] or measured)
    rows.append(["Answers well when it is served", _passed(model["servable"]), told])
    return table(["gate", "passed", "why"], rows, "Gates")


def _passed(is_passed: bool) -> str:
    return "yes" if is_passed else "no"
