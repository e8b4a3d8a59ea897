"""The report that `tandem run` leaves, in words."""

import json
from typing import Any

from serving.cli.tables import table

Report = dict[str, Any]

_POPULARITY, _BASELINE = "popularity", "baseline"
_MEDIANS = {"REST": "rest_rank_p50_ms", "gRPC": "grpc_rank_p50_ms"}


def read_report(path: str) -> Report:
    """Reads the report of the last run.

    Raises:
        ValueError: It is no JSON object.
        OSError: There is none.
    """
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    if not isinstance(report, dict):
        raise ValueError(f"{path}: is not a run's report")
    return report


def metrics_text(report: Report) -> str:
    """The metrics of each model, on each surface, beside those of popularity or of the baseline that it had.

    Where a model was also evaluated among all items, a column says so: the same metric is lower there, and models that
    differ among a few candidates need not differ so among all.
    """
    several = len(report["models"]) > 1
    texts = [_model_text(name if several else "", model) for name, model in report["models"].items()]
    return "\n\n".join(texts)


def _model_text(name: str, model: Report) -> str:
    metrics, whole_catalogue = model["metrics"], model.get("whole_catalogue", {})
    baseline = _POPULARITY if _POPULARITY in metrics else _BASELINE
    header = ["surface", "metric", "model", baseline, *(["among all items"] if whole_catalogue else [])]
    rows = [
        (
            surface,
            metric,
            f"{value:.4f}",
            _figure(metrics.get(baseline, {}).get(surface, {}).get(metric)),
            *([_figure(whole_catalogue.get(surface, {}).get(metric))] if whole_catalogue else []),
        )
        for surface, values in metrics["model"].items()
        for metric, value in values.items()
    ]
    title = f"{name}\n" if name else ""
    return f"{title}{table(header, rows)}\n{_verdict(model)}"


def components_text(report: Report) -> str:
    """Which components ran and which results came from the cache."""
    return (
        f"Ran: {', '.join(report['ran']) or 'nothing'}.\n"
        f"Taken from the cache: {', '.join(report['cached']) or 'nothing'}."
    )


def _verdict(model: Report) -> str:
    rival = f" (the baseline that it had to beat: {model['baseline']})" if model.get("baseline") else ""
    if model["blessed"]:
        return f"The model is blessed{rival}.{_servability(model)}"
    return f"The model of this run is not blessed{rival}; the version that was pushed before stays."


def _servability(model: Report) -> str:
    """What the servability gate has to say: a refusal, or how fast the model answered."""
    if not model.get("servable", True):
        reasons = "".join(f"\n  {reason}" for reason in model["servability_reasons"])
        return f"\nThe servability gate refused it, so that it was not pushed:{reasons}"
    figures = model.get("servability_figures", {})
    latencies = [f"{figures[name]:.1f} ms over {protocol}" for protocol, name in _MEDIANS.items() if name in figures]
    return f"\nA median `rank` request of the servability gate took {', '.join(latencies)}." if latencies else ""


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
