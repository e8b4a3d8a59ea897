"""What a run was made of: components and their times, logs, artifacts, settings."""

import os
from collections.abc import Mapping
from typing import Any, Final

from tfx_pipeline.config.loading import as_dict, by_path
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.display.component_words import words_of
from tfx_pipeline.display.run_status import duration
from tfx_pipeline.past_runs.finished_run import FinishedRun
from tfx_pipeline.past_runs.run_store import UNFINISHED
from tfx_pipeline.report_page.html_parts import Html, element, folded, paragraphs, part, table
from tfx_pipeline.result_texts import runs_text

_DIGEST: Final = 12
"""So many digits tell two logs apart."""


def lineage_parts(run: FinishedRun) -> Html:
    """The parts on what a run was made of."""
    details = runs_text.details(run.store, run.summary.run)
    logs = [[each["component"], each["files"], each["digest"][:_DIGEST]] for each in details["logs"]]
    artifacts = [
        [str(each["artifact"]), each["type"], each["component"], str(each["run"]), _place(run, each)]
        for each in details["lineage"]
    ]
    header = ["artifact", "what", "written by", "run", "where, below the run's root"]
    return Html(
        part("Components and their times", _times(run))
        + part(
            "What it was made of",
            paragraphs([f"{', '.join(run.versions.splitlines())}."] if run.versions else []),
            table(["read by", "files", "digest of their contents"], logs, "Logs"),
            folded("From the logs to the model, each made of some above", table(header, artifacts, "Lineage"))
            if artifacts
            else "",
        )
        + part("Settings", *settings_told(run.configuration))
    )


def _times(run: FinishedRun) -> Html:
    """A row for each component: how long it took, as a bar too. What came from the cache took no time."""
    took = {step.id: (step.ended_ms - step.began_ms) / 1000 for step in run.summary.run.steps}
    longest = max(took.values(), default=0) or 1
    rows = [
        [
            step.component,
            step.state,
            duration(took[step.id]) if step.state != UNFINISHED else "",
            element("span", class_="share", style=f"width:{100 * took[step.id] / longest:.1f}%"),
            *([_megabytes(run.memory.get(step.component))] if run.memory else []),
            words_of(step.component),
        ]
        for step in run.summary.run.steps
    ]
    most = ["memory at most"] if run.memory else []
    return table(["component", "state", "time", "", *most, "what it does"], rows, "Components")


def _megabytes(size: int | None) -> str:
    return "" if size is None else f"{size / 1e6:,.0f} MB"


def _place(run: FinishedRun, artifact: Mapping[str, Any]) -> str:
    uri = str(artifact["uri"])
    path = os.path.relpath(uri, run.store.root) if uri.startswith(run.store.root) else uri
    return f"{path} (removed)" if artifact["is_deleted"] else path


def settings_told(configuration: Mapping[str, Any]) -> list[Html]:
    """What differs from the defaults, and, folded, all."""
    defaults, values = by_path(as_dict(PipelineConfig())), by_path(configuration)
    rows = [[name, setting_told(value)] for name, value in values.items()]
    changed = [[name, setting_told(value)] for name, value in values.items() if value != defaults.get(name)]
    header = ["setting", "value"]
    return [
        table(header, changed, "Settings that differ from the defaults"),
        folded("All settings", table(header, rows, "All settings")),
    ]


def setting_told(value: Any) -> str:
    """The value of a setting, as a text."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
