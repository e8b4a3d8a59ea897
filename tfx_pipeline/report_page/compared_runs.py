"""Several runs beside each other: metrics, learning curves, settings that differ, times."""

from collections.abc import Sequence
from typing import Any, Final

from schemas.rank_metrics import metric_named
from tfx_pipeline.config.loading import by_path
from tfx_pipeline.display.run_status import duration
from tfx_pipeline.past_runs.finished_run import FinishedRun
from tfx_pipeline.past_runs.learning_curves import LearningCurves, read_curves
from tfx_pipeline.past_runs.run_store import CACHED
from tfx_pipeline.report_page.html_parts import Html, element, paragraphs, part, table
from tfx_pipeline.report_page.lineage_part import setting_told
from tfx_pipeline.report_page.plots import Interval, intervals, lines
from tfx_pipeline.report_page.quality_part import difference, figure, surfaces_of
from tfx_pipeline.report_page.training_part import EPOCH, METRIC

_SAME: Final = "All runs were measured on the same examples."
_OTHER: Final = "Not all runs were measured on the same examples, so that a difference may come from these."


def compared(runs: Sequence[FinishedRun]) -> Html:
    """The parts that compare runs, the first with each other one."""
    return Html(
        part("Metrics side by side", paragraphs([_measured_on(runs)]), _metrics(runs), _pictures(_reaches(runs)))
        + part("Trainings side by side", _pictures(_curves(runs)))
        + part("Settings that differ", _settings(runs))
        + part("Times side by side", _times(runs))
    )


def _names(runs: Sequence[FinishedRun]) -> list[str]:
    return [f"run {run.number}" for run in runs]


def _measured_on(runs: Sequence[FinishedRun]) -> str:
    examples = {
        artifact_id
        for run in runs
        for step in run.steps("BehaviourExampleGen")
        for key, artifact_id in step.outputs
        if key == "examples"
    }
    splits = {str(by_path(run.configuration).get("evaluation.split")) for run in runs}
    return _SAME if len(examples) == len(splits) == 1 else _OTHER


def _metrics(runs: Sequence[FinishedRun]) -> Html:
    """A row for each model, surface and metric; behind the first run's figure each other's, and how far it is ahead."""
    found = [_by_place(run) for run in runs]
    rows = []
    for place in dict.fromkeys(place for each in found for place in each):
        model, surface, metric = place
        first, *others = (each.get(place) for each in found)
        cells = [figure(first)]
        for value in others:
            cells += [figure(value), difference(value, first)]
        rows.append([*([model] if _has_several(runs) else []), surface, metric_named(metric).label, *cells])
    names = _names(runs)
    header = [*(["model"] if _has_several(runs) else []), "surface", "metric", names[0]]
    for name in names[1:]:
        header += [name, f"ahead of {names[0]} by"]
    return table(header, rows, "Metrics side by side")


def _has_several(runs: Sequence[FinishedRun]) -> bool:
    return any(len(run.report["models"]) > 1 for run in runs)


def _by_place(run: FinishedRun) -> dict[tuple[str, str, str], float]:
    """A run's metrics by model, surface and name. The only model of a run has no name, so that names may differ."""
    models = run.report["models"]
    return {
        (name if len(models) > 1 else "", surface, metric): value
        for name, model in models.items()
        for surface in surfaces_of(model["metrics"]["model"])
        for metric, value in model["metrics"]["model"][surface].items()
    }


def _reaches(runs: Sequence[FinishedRun]) -> list[Html]:
    """For each surface the figure that decides of each run, with its interval over users where there is one."""
    shown: dict[str, list[Interval]] = {}
    for run, name in zip(runs, _names(runs), strict=True):
        for model in run.report["models"].values():
            rules = model.get("rules") or {"candidates": {}}
            for surface, figures in sorted(rules["candidates"].items(), reverse=True):
                value, low, high = figures["model"][rules["metric"]]
                title = f"{surface}, {metric_named(rules['metric']).label} with its 95 % interval over users"
                shown.setdefault(title, []).append(Interval(name, value, low, high, f"{value:.4f}"))
    return [intervals(title, each) for title, each in shown.items()]


def _curves(runs: Sequence[FinishedRun]) -> list[Html]:
    """The validation metric of each training and surface, a line for each run."""
    curves: dict[str, dict[str, LearningCurves]] = {}
    for run, name in zip(runs, _names(runs), strict=True):
        for component, folder in run.folders("Trainer", "model_run").items():
            curves.setdefault(component, {})[name] = read_curves(folder)
    pictures = []
    for component, by_run in curves.items():
        measured = dict.fromkeys(
            metric for each in by_run.values() for metric in each.validation if metric.startswith(f"{METRIC.name}_")
        )
        for metric in measured:
            title = f"{component}: {METRIC.label} {metric.removeprefix(METRIC.name)[1:]} on the validation split"
            series = {name: each.validation.get(metric, ()) for name, each in by_run.items()}
            pictures.append(lines(title, series, EPOCH))
    return pictures


def _pictures(figures: Sequence[Html]) -> Html:
    return element("div", *figures, class_="pictures") if any(figures) else Html()


def _settings(runs: Sequence[FinishedRun]) -> Html:
    values = [by_path(run.configuration) for run in runs]
    rows = []
    for name in dict.fromkeys(name for each in values for name in each):
        found = [each.get(name) for each in values]
        if any(each != found[0] for each in found):
            rows.append([name, *map(setting_told, found)])
    if any(run.versions != runs[0].versions for run in runs):
        rows.append(["made by", *(", ".join(run.versions.splitlines()) for run in runs)])
    if not rows:
        return paragraphs(["The settings and the versions are equal."])
    return table(["setting", *_names(runs)], rows, "Settings that differ")


def _times(runs: Sequence[FinishedRun]) -> Html:
    """A row for each component; what came from the cache says so."""
    steps = [{step.component: step for step in run.summary.run.steps} for run in runs]
    rows = [
        [component, *(_took(each.get(component)) for each in steps)]
        for component in dict.fromkeys(component for each in steps for component in each)
    ]
    rows.append(["the run", *(duration(run.summary.run.seconds) for run in runs)])
    return table(["component", *_names(runs)], rows, "Times side by side", [len(rows) - 1])


def _took(step: Any) -> str:
    if step is None:
        return ""
    return "cached" if step.state == CACHED else duration((step.ended_ms - step.began_ms) / 1000)
