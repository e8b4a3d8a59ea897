"""Writes metrics of the last run as a file in Prometheus's text format, for node_exporter's textfile collector."""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tfx_pipeline.hooks.run_news import FAILED, NOT_PUSHED, PUSHED, STATES, Ended, decisive_rules

_HELP: Final = {
    "tandem_run_end_time_seconds": "When the last run ended, in seconds since 1970.",
    "tandem_run_last_success_time_seconds": "When a run last ended well, whether its model was pushed or not.",
    "tandem_run_last_push_time_seconds": "When a run last pushed a model.",
    "tandem_run_duration_seconds": "How long the last run took.",
    "tandem_run_state": "What became of the last run: 1 for its state, 0 for the others.",
    "tandem_component_duration_seconds": "How long a component of the last run took; what the cache had is left out.",
    "tandem_model_blessed": "Whether the model of the last run passed all checks, so that it is pushed: 1 or 0.",
    "tandem_model_served_version": "The newest pushed version, which servers take.",
    "tandem_model_metric": "A ranking metric of the last run's model, among the candidates of held-out examples.",
    "tandem_best_rule_metric": "The deciding metric of the best simple rule, where it is compared with the model.",
    "tandem_best_rule_difference": "The model's metric less the best rule's; low and high end the 95 % interval.",
    "tandem_examples": "How many examples the last run had, by split.",
    "tandem_rows_read": "How many rows of the log the last run read, by kind.",
    "tandem_rows_refused": "How many of them it refused.",
}
_KEPT: Final = ("tandem_run_last_success_time_seconds", "tandem_run_last_push_time_seconds")
"""What a later run that failed, or pushed nothing, does not change."""

Sample = tuple[str, Mapping[str, str], float]
"""A metric's name, its labels beside those of the pipeline, and its value."""


def file_path(folder: str, name: str, command: str) -> Path:
    """The file of a pipeline's runs of one command.

    Args:
        folder: The folder that node_exporter reads.
        name: The pipeline's name.
        command: Such as `tandem run`.
    """
    return Path(folder, f"tandem_{re.sub(r'[^0-9A-Za-z_-]', '_', name)}_{command.split()[-1]}.prom")


def samples(
    ended: Ended, components: Mapping[str, float], counted: Mapping[str, Any], earlier: Mapping[str, float]
) -> Iterator[Sample]:
    """What is to be written of a run.

    Args:
        ended: The run.
        components: How many seconds each component took that ran.
        counted: What BehaviourExampleGen counted, as its summary has it; empty if nobody knows.
        earlier: What an earlier file says, of which moments are kept.
    """
    moment = ended.began + ended.seconds
    yield "tandem_run_end_time_seconds", {}, moment
    now = {_KEPT[0]: ended.state != FAILED, _KEPT[1]: ended.state == PUSHED}
    for name, is_now in now.items():
        if is_now or name in earlier:
            yield name, {}, moment if is_now else earlier[name]
    yield "tandem_run_duration_seconds", {}, ended.seconds
    for state in STATES:
        yield "tandem_run_state", {"state": state}, float(state == ended.state)
    for component, seconds in components.items():
        yield "tandem_component_duration_seconds", {"component": component}, seconds
    for name, model in (ended.report or {"models": {}})["models"].items():
        yield from _of_model({"model": name}, model)
    for split, count in counted.get("counts", {}).items():
        yield "tandem_examples", {"split": split}, count
    for kind, read in counted.get("reports", {}).items():
        yield "tandem_rows_read", {"kind": kind}, read["rows"]
        yield "tandem_rows_refused", {"kind": kind}, sum(read["reasons"].values())


def _of_model(model: Mapping[str, str], told: Mapping[str, Any]) -> Iterator[Sample]:
    yield "tandem_model_blessed", model, float(told["outcome"] != NOT_PUSHED)
    if told["pushed_version"].isdecimal():
        yield "tandem_model_served_version", model, float(told["pushed_version"])
    for surface, values in told["metrics"]["model"].items():
        for metric, value in values.items():
            yield "tandem_model_metric", {**model, "surface": surface, "metric": metric}, value
    for surface, rule in decisive_rules(told).items():
        labels = {**model, "surface": surface, "metric": rule["metric"], "among": rule["among"]}
        yield "tandem_best_rule_metric", {**labels, "rule": rule["best_rule"]}, rule["value"]
        for end, value in zip(("difference", "low", "high"), rule["difference"], strict=True):
            yield "tandem_best_rule_difference", {**labels, "end": end}, value


def write(path: Path, labels: Mapping[str, str], found: Iterable[Sample]) -> None:
    """Writes the file in one step, so that nobody reads a half of it.

    Args:
        path: The file; its folder is made if it is not there.
        labels: The labels of all samples.
        found: The samples.
    """
    by_name: dict[str, list[str]] = {name: [] for name in _HELP}
    for name, own, value in found:
        told = ",".join(f'{key}="{_escaped(each)}"' for key, each in {**labels, **own}.items())
        by_name[name].append(f"{name}{{{told}}} {value:.17g}")
    lines = []
    for name, of in by_name.items():
        if of:
            lines += [f"# HELP {name} {_HELP[name]}", f"# TYPE {name} gauge", *of]
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")  # The collector reads only what ends in .prom.
    partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(partial, path)


def kept_moments(path: Path) -> dict[str, float]:
    """The moments of an earlier file that a run which failed, or pushed nothing, does not change."""
    found: dict[str, float] = {}
    with contextlib.suppress(OSError, ValueError):
        for line in path.read_text(encoding="utf-8").splitlines():
            name = line.partition("{")[0]
            if name in _KEPT:
                found[name] = float(line.rpartition(" ")[2])
    return found


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
