"""Formats the report of a run as text, from the plain values that its JSON file has, too."""

from collections.abc import Mapping
from typing import Any

from schemas.rank_metrics import in_order, metric_named
from tfx_pipeline.result_texts.evaluation_text import evaluation_lines, interval_of, what_decides
from tfx_pipeline.result_texts.judged_queries_text import judged_queries_lines
from tfx_pipeline.result_texts.rules_text import refusals, rules_lines
from tfx_pipeline.result_texts.tables import table

Report = Mapping[str, Any]

_MEDIANS = {"REST": "rest_rank_p50_ms", "gRPC": "grpc_rank_p50_ms"}


def report_text(report: Report) -> str:
    """All that a person wants to know at the end of a run: the metrics as tables, and what became of each model."""
    # A report of an earlier release says nothing of what was left out, nor of what trainings chose.
    said = [f"Data: {finding}" for finding in report["data_findings"]]
    said += [f"Left out: {each}" for each in report.get("left_out", ())]
    blocks = ["\n".join([*said, *training_lines(report)])]
    several = len(report["models"]) > 1
    for name, model in report["models"].items():
        title = [name] if several else []
        blocks.append("\n".join([*title, *_metric_lines(model), *_remarks(model)]))
        if model.get("rules"):
            blocks.append("\n".join(rules_lines(model["rules"])))
        blocks.append("\n".join(evaluation_lines(model)))
        # Neither a report of an earlier release nor that of a model without `search` has this.
        if model.get("judged_queries"):
            blocks.append("\n".join(judged_queries_lines(model["judged_queries"])))
    blocks.append("\n".join(outcome_lines(report)))
    return "\n\n".join(block for block in blocks if block)


def training_lines(report: Report) -> list[str]:
    """What the trainings chose for themselves (`train: auto`), and how they began (`warm_start`), a line each."""
    chosen = [f"Chosen: {each}" for each in report.get("trainings", ())]
    return [*chosen, *(f"Warm start: {each}" for each in report.get("starts", ()))]


def outcome_lines(report: Report) -> list[str]:
    """What became of each model, a sentence each: pushed, unchanged, or why not and what stays served."""
    several = len(report["models"]) > 1
    return [_outcome(f"{name}: " if several else "", model) for name, model in report["models"].items()]


def is_pushed(report: Report) -> bool:
    """Whether every model was pushed, by this run or an earlier one."""
    return all(model["outcome"] != "not_pushed" for model in report["models"].values())


def _metric_lines(model: Report) -> list[str]:
    """The table of metrics: a row for each surface and metric, with the model beside what it is compared with."""
    metrics, among_all = model["metrics"], model["whole_catalogue"]
    columns = [("model", metrics["model"]), ("baseline", metrics["baseline"])]
    if metrics.get("popularity", metrics["baseline"]) != metrics["baseline"]:
        columns.append(("popularity", metrics["popularity"]))
    if among_all:
        columns.append(("among all items", among_all))
    # Neither a report of an earlier release nor that of a model without a ranker of its own has these.
    if model.get("by_vectors"):
        columns.append(("by vectors alone", model["by_vectors"]))
    has_intervals = any(interval_of(model, surface, name) for surface, of in metrics["model"].items() for name in of)
    surfaces = [surface for surface in metrics["model"] if surface != "overall" or len(metrics["model"]) == 1]
    rows = []
    for surface in sorted(surfaces, reverse=True):  # Search first.
        names = in_order([*metrics["model"][surface], *among_all.get(surface, {})])
        for place, name in enumerate(names):
            values = [_figure(by_surface.get(surface, {}).get(name)) for _, by_surface in columns]
            if has_intervals:
                values.insert(1, interval_of(model, surface, name))
            rows.append([surface if place == 0 else "", metric_named(name).label, *values])
    titles = [title for title, _ in columns]
    if has_intervals:
        titles.insert(1, "95 % interval")
    header = ["surface", "metric", *titles]
    # A report that an earlier version wrote does not say among which items.
    told = model.get("among_which", "")
    decides = what_decides(model)
    remarks = [f"Baseline: {model['baseline']}.", *([decides] if decides else [])]
    return [table(header, rows), *([told] if told else []), *remarks]


def _remarks(model: Report) -> list[str]:
    figures = model["servability_figures"]
    latencies = [f"{figures[name]:.1f} ms over {protocol}" for protocol, name in _MEDIANS.items() if name in figures]
    if not model["servable"] or not latencies:
        return []
    size = f" {figures['model_mb']:.1f} MB;" if "model_mb" in figures else ""
    return [f"Servable:{size} a median `rank` request took {', '.join(latencies)}."]


def _outcome(title: str, model: Report) -> str:
    if model["outcome"] == "pushed":
        return f"{title}Pushed: version {model['version']} in {model['pushed_model_dir']}."
    if model["outcome"] == "unchanged":
        return f"{title}Unchanged: version {model['version']} is already pushed, in {model['pushed_model_dir']}."
    reasons = [shortfall_text(each, model["baseline"]) for each in model["shortfalls"]]
    reasons += refusals(model.get("rules", {}))
    reasons += [f"not servable: {reason}" for reason in model["servability_reasons"]]
    if not model["servable"] and not model["servability_reasons"]:
        reasons.append("not servable, as the server that tried it found")
    if taken_back := model.get("rolled_back"):  # A report of an earlier release has none.
        reasons.append(f"it is the model of version {taken_back}, which `tandem rollback {taken_back}` brings back")
    stays = (
        f"Version {model['pushed_version']} in {model['pushed_model_dir']} stays served."
        if model["pushed_version"]
        else f"There is no earlier version in {model['pushed_model_dir']}, so nothing can be served."
    )
    return f"{title}Not pushed: {'; '.join(reasons)}. {stays}"


def shortfall_text(shortfall: Mapping[str, Any], baseline: str) -> str:
    """What a model lacks on a surface, in a few words; `baseline` is the model that it has to beat."""
    name, value, needed = metric_named(shortfall["metric"]).label, shortfall["value"], shortfall["needed"]
    if value is None or needed is None:
        return f"{name} in {shortfall['surface']} could not be measured, there is no example of it to evaluate"
    return f"{name} in {shortfall['surface']} {value:.4f}, needed {needed:.4f}, {needed - value:.4f} more ({baseline})"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
