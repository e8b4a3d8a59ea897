"""What is told of a run that has ended: one JSON object, for programs and people."""

import datetime
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.console.exit_code import ExitCode
from tfx_pipeline.result_texts.report_text import outcome_lines
from tfx_pipeline.runners.failures import NotReadyError, failure_of

PUSHED, UNCHANGED, NOT_PUSHED, FAILED = STATES = ("pushed", "unchanged", "not_pushed", "failed")
_WORST_FIRST: Final = (NOT_PUSHED, PUSHED, UNCHANGED)
_TOLD: Final = ("outcome", "version", "pushed_version", "pushed_model_dir")


@dataclass(frozen=True)
class Ended:
    """A run that has ended.

    Attributes:
        command: What was called, such as `tandem run`.
        began: When, in seconds since 1970.
        seconds: How long it took.
        report: Its report as plain values; None if it failed.
        error: Why it failed; None if it did not.
        number: Its number, as `tandem runs` lists it; 0 if it began none.
    """

    command: str
    began: float
    seconds: float
    report: Mapping[str, Any] | None = None
    error: BaseException | None = None
    number: int = 0

    @property
    def state(self) -> str:
        """One of `STATES`. Of several models the worst counts."""
        if self.report is None:
            return FAILED
        return min((model["outcome"] for model in self.report["models"].values()), key=_WORST_FIRST.index)

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        if self.report is None:
            return int(ExitCode.WRONG_USAGE if isinstance(self.error, ConfigError) else ExitCode.FAILED)
        return int(ExitCode.NOT_PUSHED if self.state == NOT_PUSHED else ExitCode.OK)


def news(config: PipelineConfig, ended: Ended) -> dict[str, Any]:
    """The JSON object.

    Args:
        config: The run's configuration.
        ended: What became of it.
    """
    report = ended.report or {"models": {}}
    page = os.path.join(config.run_root, "reports", f"run_{ended.number}.html")
    return {
        "name": config.name,
        "command": ended.command,
        "state": ended.state,
        "exit_code": ended.exit_code,
        "run": ended.number or None,
        "root": config.run_root,
        "began": _utc(ended.began),
        "duration_s": round(ended.seconds, 3),
        "said": outcome_lines(report) if ended.report else [],
        "error": _error(config, ended),
        "report": page if ended.report and os.path.isfile(page) else None,
        "models": {name: _model(each) for name, each in report["models"].items()},
    }


def decisive_rules(model: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """For each surface the deciding metric of the model and of the best rule, where the comparison decides.

    Args:
        model: What a report says of a model.
    """
    compared = model.get("rules")
    if not compared:
        return {}
    among = compared.get("decides_among", "candidates")
    metric = compared["metric"]
    found = {}
    for surface, figures in compared[among].items():
        if not figures.get("best_rule"):
            continue
        found[surface] = {
            "among": among,
            "metric": metric,
            "model": figures["model"][metric][0],
            "best_rule": figures["best_rule"],
            "value": figures["rules"][figures["best_rule"]][metric][0],
            "difference": list(figures["difference"]),
            "beaten": figures["beaten"],
        }
    return found


def _model(model: Mapping[str, Any]) -> dict[str, Any]:
    metrics = {surface: dict(values) for surface, values in model["metrics"]["model"].items() if surface != "overall"}
    return {**{name: model[name] for name in _TOLD}, "metrics": metrics, "best_rule": decisive_rules(model)}


def _error(config: PipelineConfig, ended: Ended) -> dict[str, str] | None:
    if ended.error is None:
        return None
    if isinstance(ended.error, (NotReadyError, ConfigError)):  # Their texts are for people already.
        return {"component": "", "text": str(ended.error)}
    failure = failure_of(ended.error, config.run_root)
    return {"component": failure.component, "text": failure.text}


def _utc(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).isoformat(timespec="seconds")
