"""The executor behind TFX's own ExampleValidator, on statistics of real examples."""

import json
import logging
from dataclasses import asdict
from pathlib import Path

import pytest
from tfx.components.example_validator.executor import Executor as ExampleValidator
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import artifact_utils, standard_artifacts

from components.data_checks import executor
from components.data_checks.artifact import DataFindings
from components.data_checks.checks_config import DataChecksConfig
from components.data_checks.finding import read_findings
from components.raw_files.refusal import DataError
from schemas import features
from schemas.behaviour_schema import BEHAVIOUR_SCHEMA_PATH
from tests.support import surface_examples
from tests.support.model_folders import artifact_at

CONTEXT = BaseBeamExecutor.Context(
    # The image spares the seconds that it takes TFX to pack itself for other machines; no worker here runs in one.
    ["--direct_running_mode=in_memory", "--direct_num_workers=1", "--sdk_container_image=unused"]
)


def statistics_artifact(folder: Path, span: int = 0, **examples: float):
    """What StatisticsGen makes of these examples."""
    artifact = artifact_at(surface_examples.write_statistics(folder, **examples), standard_artifacts.ExampleStatistics)
    artifact.span = span
    artifact.split_names = artifact_utils.encode_split_names([features.TRAIN_SPLIT])
    return artifact


def findings_of(folder: Path, statistics, passed: Path | str | None = None, **config):
    """Runs ExampleValidator and DataChecks, with `passed` for the statistics that passed."""
    (folder / "schema").mkdir(parents=True)
    (folder / "schema" / "schema.pbtxt").write_text(BEHAVIOUR_SCHEMA_PATH.read_text())
    findings = artifact_at(folder / "findings", DataFindings)
    anomalies = artifact_at(folder / "anomalies", standard_artifacts.ExampleAnomalies)
    given = {"statistics": [statistics], "schema": [artifact_at(folder / "schema", standard_artifacts.Schema)]}
    ExampleValidator(CONTEXT).Do(given, {"anomalies": [anomalies]}, {})
    properties = {
        executor.CONFIG_KEY: json.dumps(asdict(DataChecksConfig(**config))),
        executor.PASSED_STATISTICS_DIR_KEY: str(folder / "passed" if passed is None else passed),
    }
    executor.Executor(CONTEXT).Do({**given, "anomalies": [anomalies]}, {"findings": [findings]}, properties)
    found = read_findings(findings.uri)
    assert findings.get_int_custom_property("findings") == len(found)
    return found


def test_what_breaks_the_schema_ends_the_run_unless_it_is_allowed(tmp_path):
    bad = statistics_artifact(tmp_path / "bad", search_share=0.5, label=2.0)
    with pytest.raises(DataError, match=r"1 anomalies in the data(.|\n)*train, labels: Out-of-range(.|\n)*allowed"):
        findings_of(tmp_path / "stopped", bad)
    (finding,) = findings_of(tmp_path / "allowed", bad, allowed=(features.LABELS,))
    assert (finding.feature, finding.is_allowed) == (features.LABELS, True)
    (finding,) = findings_of(tmp_path / "reported", bad, stop=False)
    assert (finding.feature, finding.is_allowed) == (features.LABELS, False)


def test_good_data_is_compared_with_the_span_before_and_with_requests(tmp_path):
    passed = tmp_path / "passed"
    findings_of(tmp_path / "first", statistics_artifact(tmp_path / "8", 8, search_share=0.1), passed)
    even = statistics_artifact(tmp_path / "9", 9, search_share=0.5)
    requests = surface_examples.write(tmp_path / "requests", search_share=0.9)
    both = findings_of(tmp_path / "both", even, passed, stop=False, requests=requests)
    splits = ("train beside requests", "train since the last span")
    assert [(each.split, each.feature) for each in both] == [
        (split, feature) for split in splits for feature in (features.QUERY, features.SURFACE)
    ]
    off = {"drift_threshold": 0.0, "skew_threshold": 0.0}
    assert findings_of(tmp_path / "off", even, passed, requests=requests, **off) == []


def test_a_span_is_compared_with_the_newest_before_it_that_passed(tmp_path, caplog):
    caplog.set_level(logging.INFO, executor.__name__)
    passed = tmp_path / "passed"

    def run(name, statistics, **config):
        """The drifted features; of a run that is ended, those that ended it."""
        caplog.clear()
        try:
            return {each.feature for each in findings_of(tmp_path / name, statistics, passed, **config)}
        except DataError as error:
            return str(error)

    few = statistics_artifact(tmp_path / "few", span=7, search_share=0.1)
    assert run("first", few) == set()
    assert "no span before 7 has passed the checks" in caplog.text
    # The eighth day drifts, so the ninth, which is like it, is compared with the seventh.
    many = statistics_artifact(tmp_path / "many", span=8, search_share=0.9)
    assert "train since the last span, surface" in run("stopped", many)
    many.span = 9
    assert "train since the last span, surface" in run("still stopped", many)
    assert "span 9 is compared with span 7" in caplog.text
    # Once somebody lets it pass, it is what counts for later days, and for none before it nor for itself.
    drifted = {features.QUERY, features.SURFACE}
    assert run("let pass", many, stop=False) == drifted
    assert run("let pass again", many, allowed=tuple(drifted)) == drifted
    many.span = 10
    assert run("no drift any more", many) == set()
    assert "span 10 is compared with span 9" in caplog.text
    few.span = 8
    assert run("an older span", few) == set()
    assert "span 8 is compared with span 7" in caplog.text


def test_without_a_folder_nothing_is_compared_and_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for span, share in ((7, 0.1), (8, 0.9)):
        statistics = statistics_artifact(tmp_path / f"{span}", span=span, search_share=share)
        assert findings_of(tmp_path / f"run-{span}", statistics, passed="") == []
    assert not list(tmp_path.rglob("7.pb"))
