"""Formats the comparison of a model with simple rules as text."""

from collections.abc import Mapping
from typing import Any

from components.baselines.rule_names import SASREC
from schemas.rank_metrics import metric_named
from tfx_pipeline.result_texts.tables import table

Compared = Mapping[str, Any]
"""What the file of a comparison holds, and `decides`: whether a model that does not beat the rules is not pushed."""


def rules_lines(compared: Compared) -> list[str]:
    """A table of the model and the rules by surface, what was sampled, and a verdict on each surface."""
    columns = [
        (surface if cell is _with_interval else "among all", cell, figures)
        for surface in sorted(compared["candidates"], reverse=True)  # Search first.
        for scope, cell in (("candidates", _with_interval), ("catalogue", _value))
        if (figures := compared[scope].get(surface))
    ]
    if not columns:
        return refusals(compared)
    metric = compared["metric"]
    rows = [["the model", *(cell(figures["model"][metric]) for _, cell, figures in columns)]]
    rules = columns[0][2]["rules"]
    heading = "Simple rules and SASRec" if SASREC in rules else "Simple rules"
    for rule in rules:
        rows.append([rule, *(cell(figures["rules"][rule][metric]) for _, cell, figures in columns)])
    # A report of an earlier release does not say which decides: the candidates did.
    decisive = compared[compared.get("decides_among", "candidates")]
    verdicts = [each["verdict"] for _, each in sorted(decisive.items(), reverse=True)]
    return [
        f"{heading}, {metric_named(metric).label} with 95 % intervals over users:",
        table(["", *(title for title, _, _ in columns)], rows),
        *([compared["sample"]] if compared["sample"] else []),
        *(f"{verdict[:1].upper()}{verdict[1:]}." for verdict in verdicts),
        *_consequence(compared),
    ]


def refusals(compared: Compared) -> list[str]:
    """Why the rules keep the model from being pushed, one reason a surface; none if they do not."""
    return list(compared["reasons"]) if compared and compared["decides"] else []


def _consequence(compared: Compared) -> list[str]:
    if compared["blessed"] or compared["decides"]:
        return []
    return ["evaluation.must_beat_baselines is false, so this decides nothing."]


def _with_interval(figure: list[float]) -> str:
    value, low, high = figure
    return f"{value:.4f} ({low:.3f} to {high:.3f})"


def _value(figure: list[float]) -> str:
    return f"{figure[0]:.4f}"
