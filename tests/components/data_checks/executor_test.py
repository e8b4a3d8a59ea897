"""The executor behind TFX's own ExampleValidator, on statistics of real examples."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from tfx.components.example_validator.executor import Executor as ExampleValidator
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import artifact_utils, standard_artifacts

from components.data_checks import executor
from components.data_checks.artifact import DataFindings
from components.data_checks.config import DataChecksConfig
from components.data_checks.finding import read_findings
from components.raw_files.refusal import DataError
from schemas import features
from schemas.behaviour_schema import BEHAVIOUR_SCHEMA_PATH
from tests.support import surface_examples

CONTEXT = BaseBeamExecutor.Context(["--direct_running_mode=in_memory", "--direct_num_workers=1"])


def statistics_artifact(folder: Path, **examples: float):
    """What StatisticsGen makes of these examples."""
    (folder / "Split-train").mkdir(parents=True)
    statistics = surface_examples.statistics(folder, **examples)
    (folder / "Split-train" / "FeatureStats.pb").write_bytes(statistics.SerializeToString())
    artifact = standard_artifacts.ExampleStatistics()
    artifact.uri = str(folder)
    artifact.split_names = artifact_utils.encode_split_names([features.TRAIN_SPLIT])
    return artifact


def findings_of(folder: Path, statistics, config: DataChecksConfig, previous: str = ""):
    """Runs ExampleValidator and DataChecks."""
    schema, anomalies, findings = standard_artifacts.Schema(), standard_artifacts.ExampleAnomalies(), DataFindings()
    for artifact, name in ((schema, "schema"), (anomalies, "anomalies"), (findings, "findings")):
        artifact.uri = str(folder / name)
    (folder / "schema").mkdir(parents=True)
    (folder / "schema" / "schema.pbtxt").write_text(BEHAVIOUR_SCHEMA_PATH.read_text())
    given = {"statistics": [statistics], "schema": [schema]}
    ExampleValidator(CONTEXT).Do(given, {"anomalies": [anomalies]}, {})
    properties = {executor.CONFIG_KEY: json.dumps(asdict(config)), executor.PREVIOUS_KEY: previous}
    executor.Executor(CONTEXT).Do({**given, "anomalies": [anomalies]}, {"findings": [findings]}, properties)
    found = read_findings(findings.uri)
    assert findings.get_int_custom_property("findings") == len(found)
    return found


def test_what_breaks_the_schema_ends_the_run_unless_it_is_allowed(tmp_path):
    bad = statistics_artifact(tmp_path / "bad", search_share=0.5, label=2.0)
    with pytest.raises(DataError, match=r"1 anomalies in the data(.|\n)*train, labels: Out-of-range(.|\n)*allowed"):
        findings_of(tmp_path / "stopped", bad, DataChecksConfig())
    (finding,) = findings_of(tmp_path / "allowed", bad, DataChecksConfig(allowed=(features.LABELS,)))
    assert (finding.feature, finding.is_allowed) == (features.LABELS, True)
    (finding,) = findings_of(tmp_path / "reported", bad, DataChecksConfig(stop=False))
    assert (finding.feature, finding.is_allowed) == (features.LABELS, False)


def test_good_data_is_compared_with_the_span_before_and_with_requests(tmp_path):
    even = statistics_artifact(tmp_path / "even", search_share=0.5)
    requests = surface_examples.write(tmp_path / "requests", search_share=0.9)
    previous = statistics_artifact(tmp_path / "previous", search_share=0.1).uri
    config = DataChecksConfig(stop=False, requests=requests)
    assert [(each.split, each.feature) for each in findings_of(tmp_path / "both", even, config, previous)] == [
        ("train beside requests", features.QUERY),
        ("train beside requests", features.SURFACE),
        ("train since the last span", features.QUERY),
        ("train since the last span", features.SURFACE),
    ]
    off = DataChecksConfig(requests=requests, drift_threshold=0.0, skew_threshold=0.0)
    assert findings_of(tmp_path / "off", even, off, previous) == []
