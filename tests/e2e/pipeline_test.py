"""The whole pipeline on real Beam, TFX and TensorFlow: what runs, what is cached, written and pushed."""

import json
import re
from pathlib import Path

import pytest
import tensorflow as tf

from components.baselines.rule_names import RULE_NAMES
from schemas import features
from tests.support.event_logs import scalars_of
from tests.support.golden import assert_golden

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

DATA = {"ItemCatalog", "BehaviourExampleGen", "StatisticsGen", "ImportSchemaGen", "ExampleValidator", "DataChecks"}
MODELS = {"Transform", "Trainer", "RetrieverTrainer", "SasrecTrainer", "RetrieveThenRank"}
JUDGEMENT = {
    "BaselineModel", "Baselines", "CatalogueMetrics", "Evaluator", "JudgedQueries", "Pusher", "ServabilityGate"
}  # fmt: skip


def test_everything_runs_then_nothing_then_only_what_another_margin_changes(three_runs):
    from tfx_pipeline.past_runs.run_store import RunStore

    everything = DATA | MODELS | JUDGEMENT
    stored = RunStore(three_runs.config.run_root).runs
    for ran, report, run in zip((everything, set(), {"Evaluator", "Pusher"}), three_runs.reports, stored, strict=True):
        assert set(report.ran) == ran and set(report.cached) == everything - ran
        states = dict.fromkeys(everything, "cached") | dict.fromkeys(ran, "ran")
        assert {step.component: step.state for step in run.steps} == states and len(run.steps) == len(everything)
    written = json.loads(Path(three_runs.config.report_path).read_text())
    assert written["cached"] == list(three_runs.reports[2].cached)


def test_the_first_model_beats_popularity_and_is_pushed_once(three_runs):
    first, second, third = three_runs.models
    assert first.baseline.startswith("popularity") and first.blessed
    # The second is not compared with itself.
    assert (first.outcome, second.outcome, third.outcome) == ("pushed", "unchanged", "not_pushed")
    assert {first.version, second.version} | {each.pushed_version for each in three_runs.models} == {first.version}
    assert third.version == ""
    assert three_runs.version.name == first.version and (three_runs.version / "saved_model.pb").exists()


def test_every_report_tells_what_the_trainings_chose_for_their_rows(three_runs):
    rows = sum(1 for _ in three_runs.records(features.TRAIN_SPLIT))
    for report in three_runs.reports:  # Also where the trainings come from the cache.
        chosen = dict(line.split(": ", 1) for line in report.trainings)
        assert set(chosen) == {"Trainer", "RetrieverTrainer", "SasrecTrainer"}
        # The configuration says batches of 16, epochs and, of the ranking model alone, the rate.
        assert chosen["Trainer"].endswith(f"({rows:,} examples, {-(-rows // 16)} steps an epoch)")
        assert chosen["Trainer"].startswith("ends after ")
        assert chosen["RetrieverTrainer"].startswith("learning rate 0.001, ends after ")


def test_the_report_compares_with_popularity_and_tells_what_a_model_lacks(three_runs):
    first, second, third = three_runs.models
    # Of 21 candidates cut-offs up to 10 say something.
    names = {"mrr", "mrr_at_10", *(f"hit_rate_at_{k}" for k in (1, 5, 10)), "ndcg_at_5", "ndcg_at_10"}
    for surface in ("recommendation", "search"):
        assert set(first.metrics["model"][surface]) == names
        assert first.metrics["model"][surface]["ndcg_at_5"] > first.metrics["popularity"][surface]["ndcg_at_5"]
    assert first.metrics["baseline"] == first.metrics["popularity"]
    assert second.metrics == first.metrics
    assert [(each.surface, each.metric, each.value, each.needed) for each in third.shortfalls] == [
        (
            surface,
            "ndcg_at_5",
            third.metrics["model"][surface]["ndcg_at_5"],
            third.metrics["baseline"][surface]["ndcg_at_5"] + 0.99,
        )
        for surface in ("recommendation", "search")
    ]


def test_the_report_compares_the_model_with_each_rule(three_runs):
    first, second, third = three_runs.models
    assert first.rules == second.rules == third.rules and first.rules["decides"] is False
    for surface in ("recommendation", "search"):
        found = first.rules["candidates"][surface]
        assert tuple(found["rules"]) == (*RULE_NAMES, "sasrec")
        # The very examples and candidates of the Evaluator, one of each user.
        assert found["model"]["ndcg_at_5"][0] == pytest.approx(first.metrics["model"][surface]["ndcg_at_5"], abs=1e-4)
        among_all = first.rules["catalogue"][surface]["model"]
        assert among_all["mrr"][0] == pytest.approx(first.whole_catalogue[surface]["mrr"], abs=1e-4)


def test_the_report_tells_how_well_items_are_found_among_all(three_runs):
    found = three_runs.models[0].whole_catalogue
    assert set(found) == {"recommendation", "search", "overall"}
    for metrics in found.values():
        # There are 72 items, so that the first 50 say nothing.
        assert "hit_rate_at_50" not in metrics and 0 < metrics["hit_rate_at_20"] <= 1 and 0 < metrics["mrr"] < 1


def test_the_report_has_slices_scores_intervals_and_lists(three_runs):
    first, _, third = three_runs.models
    for surface in ("recommendation", "search"):
        found = first.rules["candidates"][surface]
        value, low, high = found["over_examples"]["ndcg_at_5"]
        assert low <= value <= high and value == pytest.approx(first.metrics["model"][surface]["ndcg_at_5"], abs=1e-4)
        assert {each["by"] for each in found["slices"]} >= {"history_length", "item_popularity", "repeat", "hour"}
        assert 0 < found["scores"]["auc"] <= 1 and found["scores"]["log_loss"] > 0
        assert 0 < first.lists[surface]["coverage"] <= 1 and 0 <= first.lists[surface]["gini"] < 1
    assert first.lists == third.lists


def test_the_report_tells_what_is_found_for_queries_made_from_titles(three_runs):
    found = three_runs.models[0].judged_queries
    assert found == three_runs.models[2].judged_queries and not found["skipped"]
    assert 0 <= found["all"]["precision"] <= 1 and found["kinds"]["full title"]["queries"] == 30
    assert "queries" not in found, "each query stands in the artifact, not in the report"


def test_the_report_tells_what_the_servability_gate_measured(three_runs):
    latencies = {f"{protocol}_rank_p{of}_ms" for protocol in ("rest", "grpc") for of in (50, 95)}
    for model in three_runs.models:
        assert model.servable and model.servability_reasons == ()
        assert set(model.servability_figures) == latencies | {"model_mb"}
        assert min(model.servability_figures.values()) > 0


def test_no_anomalies_are_found(three_runs):
    from tensorflow_metadata.proto.v0 import anomalies_pb2

    folder = three_runs.artifact("ExampleValidator", "anomalies")
    splits = {path.name for path in folder.iterdir()}
    assert splits == {f"Split-{split}" for split in features.BEHAVIOUR_SPLITS}
    for split in splits:
        found = anomalies_pb2.Anomalies.FromString((folder / split / "SchemaDiff.pb").read_bytes())
        assert not found.anomaly_info, split


def test_test_positives_are_never_training_positives_of_their_user(three_runs):
    def positives(split):
        values = [tf.train.Example.FromString(each).features.feature for each in three_runs.records(split)]
        return {
            tuple(each[name].bytes_list.value[0] for name in (features.USER_ID, features.CANDIDATES)) for each in values
        }

    assert positives("test") and not positives("test") & positives("train")


def shown(three_runs):
    """What TensorBoard shows as trainings."""
    return list(Path(three_runs.config.tensorboard_dir).iterdir())


def test_tensorboard_gets_losses_by_part_metrics_and_the_learning_rate(three_runs):
    # A training has one name, however many runs took it from the cache.
    links = {re.sub(r" \d{4}-\d\d-\d\d \d\d:\d\d$", "", path.name): path for path in shown(three_runs)}
    assert set(links) == {"unisar", "unifiedssr retriever", "unifiedssr sasrec"}
    run = links["unisar"]
    assert run.resolve() == three_runs.artifact("Trainer", "model_run").resolve()
    losses = {f"loss/{name}" for name in ("total", "click/recommendation", "click/search", "query_item", "alignment")}
    assert losses | {"optimizer/learning_rate"} <= set(scalars_of(run / "train"))
    metrics = {"ndcg@5/mean", "ndcg@5/search", "hr@10/recommendation"}
    assert losses | metrics <= set(scalars_of(run / "validation"))
    epochs = json.loads((run / "validation.json").read_text())["epochs"]
    last = three_runs.models[-1]
    best = last.rules["candidates"]["search"]
    for line, value in (
        ("test", last.metrics["model"]["search"]["ndcg_at_5"]),
        ("test, to beat", last.metrics["baseline"]["search"]["ndcg_at_5"]),
        ("test, best rule", best["rules"][best["best_rule"]]["ndcg_at_5"][0]),
    ):
        value = pytest.approx(value, abs=1e-6)
        assert scalars_of(run / line)["ndcg@5/search"] == [(0, value), (epochs, value)]


def test_the_transformed_features_change_on_purpose_only(three_runs):
    import tensorflow_transform as tft

    graph = three_runs.artifact("Transform", "transform_graph")
    metadata = tft.TFTransformOutput(str(graph)).transformed_metadata.schema
    shapes = []
    for feature in sorted(metadata.feature, key=lambda feature: feature.name):
        dimensions = [each.size for each in feature.shape.dim]
        shapes.append(f"{feature.name}: {dimensions if feature.HasField('shape') else 'any number'}")
    assert_golden("transformed_features.txt", "\n".join(shapes) + "\n")


def test_the_signatures_change_on_purpose_only(three_runs):
    lines = []
    for name, signature in sorted(three_runs.signatures().items()):
        for direction, tensors in (("<", signature.inputs), (">", signature.outputs)):
            for key, info in sorted(tensors.items()):
                dtype, shape = tf.dtypes.as_dtype(info.dtype).name, tf.TensorShape(info.tensor_shape)
                lines.append(f"{name} {direction} {key}: {dtype} {shape}")
    assert_golden("signatures.txt", "\n".join(lines) + "\n")
