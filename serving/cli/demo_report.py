"""The report that `tandem run` leaves, in words."""

import json
from typing import Any

from serving.cli.tables import table

Report = dict[str, Any]

_POPULARITY, _BASELINE = "popularity", "baseline"


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
    """The model's metrics on each surface beside those of the popularity baseline, or of the baseline that it had."""
    metrics = report["metrics"]
    baseline = _POPULARITY if _POPULARITY in metrics else _BASELINE
    rows = [
        (surface, name, f"{value:.4f}", _figure(metrics.get(baseline, {}).get(surface, {}).get(name)))
        for surface, values in metrics["model"].items()
        for name, value in values.items()
    ]
    return f"{table(('surface', 'metric', 'model', baseline), rows)}\n{_verdict(report)}"


def components_text(report: Report) -> str:
    """Which components ran and which results came from the cache."""
    return (
        f"Ran: {', '.join(report['ran']) or 'nothing'}.\n"
        f"Taken from the cache: {', '.join(report['cached']) or 'nothing'}."
    )


def _verdict(report: Report) -> str:
    rival = f" (the baseline that it had to beat: {report['baseline']})" if report.get("baseline") else ""
    if report["blessed"]:
        return f"The model is blessed{rival}."
    return f"The model of this run is not blessed{rival}; the version that was pushed before stays."


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
