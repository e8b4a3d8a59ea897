"""The executor on artifacts in folders: what it writes is what TFX's Evaluator writes."""

import logging
from pathlib import Path

import apache_beam as beam
import pytest
import tensorflow as tf
from tfx.components.util import model_utils
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import artifact_utils, standard_artifacts

from components.baselines.artifact import RuleComparison
from components.baselines.compare import ComparisonSettings
from components.baselines.comparison_file import read_comparison
from components.baselines.executor import Executor
from components.shown_places.count_files import WriteCounts
from components.shown_places.showings import Times
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.model_folders import artifact_at
from tests.support.rank_models import save_rank_model
from tests.support.raw_files import make_pipeline
from tests.support.rule_logs import write_hotels

CONTEXT = BaseBeamExecutor.Context(
    # The image spares the seconds that it takes TFX to pack itself for other machines; no worker here runs in one.
    ["--direct_running_mode=in_memory", "--direct_num_workers=1", "--sdk_container_image=unused"]
)
SETTINGS = ComparisonSettings(("popularity",), "mrr", 0.0, ("recommendation",), 0)


def examples_artifact(folder: Path):
    """Twelve users who want c; in training, everybody wanted a."""
    artifact = artifact_at(folder, standard_artifacts.Examples)
    artifact.split_names = artifact_utils.encode_split_names(["catalog", "train", "test"])
    artifact.set_int_custom_property("targets_test", 12)
    write_hotels(folder / "Split-catalog")
    write_examples(folder / "Split-train" / "1.gz", [behaviour_example(["a"])])
    wanted = [behaviour_example(["c", "a"], user=f"u{number}") for number in range(12)]
    write_examples(folder / "Split-test" / "1.gz", wanted)
    return artifact


@pytest.mark.parametrize(
    ("favourite", "of_sasrec", "is_blessed", "told"),
    [
        ("c", "", True, "the model beats the best rule, popularity"),
        ("a", "", False, "12 examples of 12 users do not show"),
        ("c", "a", True, "the model beats the best rule, popularity"),
        ("c", "c", False, "12 examples of 12 users do not show that the model beats the best rule, sasrec"),
    ],
)
def test_the_blessing_is_that_of_the_comparison(tmp_path, caplog, favourite, of_sasrec, is_blessed, told):
    caplog.set_level(logging.INFO)
    folder = tmp_path / "model" / "Format-Serving"
    save_rank_model(folder, serving_default=lambda each: tf.cast(each == favourite, tf.float32))
    comparison = artifact_at(tmp_path / "comparison", RuleComparison)
    blessing = artifact_at(tmp_path / "blessing", standard_artifacts.ModelBlessing)
    Path(comparison.uri).mkdir()
    inputs = {"model": [artifact_at(tmp_path / "model")], "examples": [examples_artifact(tmp_path / "examples")]}
    if of_sasrec:
        folder = tmp_path / "sasrec" / "Format-Serving"
        save_rank_model(folder, serving_default=lambda each: tf.cast(each == of_sasrec, tf.float32))
        inputs["sasrec"] = [artifact_at(tmp_path / "sasrec")]
    outputs = {"comparison": [comparison], "blessing": [blessing]}
    Executor(CONTEXT).Do(inputs, outputs, {"split": "test", "settings": SETTINGS.to_json()})

    found = read_comparison(comparison.uri)
    assert (found["blessed"], model_utils.is_model_blessed(blessing)) == (is_blessed, is_blessed)
    assert [path.name for path in Path(blessing.uri).iterdir()] == ["BLESSED" if is_blessed else "NOT_BLESSED"]
    assert blessing.get_string_custom_property("current_model") == str(tmp_path / "model")
    assert blessing.get_string_custom_property("reasons") == "\n".join(found["reasons"])
    assert f"recommendation: {told}" in caplog.text
    assert ("Not blessed, recommendation: " in caplog.text) is not is_blessed


def test_the_places_that_examples_come_with_are_looked_at(tmp_path):
    folder = tmp_path / "model" / "Format-Serving"
    save_rank_model(folder, serving_default=lambda each: tf.cast(each == "c", tf.float32))
    comparison = artifact_at(tmp_path / "comparison", RuleComparison)
    Path(comparison.uri).mkdir()
    examples = examples_artifact(tmp_path / "my examples")
    with make_pipeline() as pipeline:
        things = [(("recommendation", "", "c"), {1: Times(8, 4), 2: Times(8, 2)})]
        _ = pipeline | beam.Create(things) | WriteCounts(examples.uri)
    inputs = {"model": [artifact_at(tmp_path / "model")], "examples": [examples]}
    blessing = artifact_at(tmp_path / "blessing", standard_artifacts.ModelBlessing)
    outputs = {"comparison": [comparison], "blessing": [blessing]}
    Executor(CONTEXT).Do(inputs, outputs, {"split": "test", "settings": SETTINGS.to_json()})
    told = read_comparison(comparison.uri)["by_place"]["recommendation"]["places"]
    assert [row[:3] for row in told] == [[1, 8, 4], [2, 8, 2]] and told[1][3] == pytest.approx(0.5)
