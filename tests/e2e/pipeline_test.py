"""The whole pipeline on real Beam, TFX and TensorFlow: what runs, what is cached, written and pushed."""

import json
from pathlib import Path

import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from schemas import features
from tests.support.golden import assert_golden

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

COMPONENTS = {
    "ItemCatalog",
    "BehaviourExampleGen",
    "StatisticsGen",
    "ImportSchemaGen",
    "ExampleValidator",
    "DataChecks",
    "Transform",
    "Trainer",
    "RetrieverTrainer",
    "RetrieveThenRank",
    "CatalogueMetrics",
    "BaselineModel",
    "Evaluator",
    "ServabilityGate",
    "Pusher",
}


def artifacts(config, component, output):
    """The folders of one output, oldest first."""
    folder = Path(config.pipeline_root) / component / output
    return sorted(folder.iterdir(), key=lambda path: int(path.name))


def examples(folder):
    for file in sorted(folder.glob("*.gz")):
        for record in tf.data.TFRecordDataset(str(file), compression_type="GZIP"):
            yield tf.train.Example.FromString(record.numpy())


def test_first_everything_runs(three_runs):
    first = three_runs.reports[0]
    assert set(first.ran) == COMPONENTS and first.cached == ()


def test_then_nothing(three_runs):
    """The first model was pushed, and is not compared with itself."""
    second = three_runs.reports[1]
    assert second.ran == () and set(second.cached) == COMPONENTS


def test_then_only_what_another_margin_changes(three_runs):
    third = three_runs.reports[2]
    assert set(third.ran) == {"Evaluator", "Pusher"}
    assert set(third.cached) == COMPONENTS - set(third.ran)


def test_the_metadata_store_agrees(three_runs):
    from ml_metadata import MetadataStore
    from ml_metadata.proto import metadata_store_pb2

    connection = metadata_store_pb2.ConnectionConfig()
    connection.sqlite.filename_uri = three_runs.config.metadata_path
    states = [execution.last_known_state for execution in MetadataStore(connection).get_executions()]
    complete, cached = metadata_store_pb2.Execution.COMPLETE, metadata_store_pb2.Execution.CACHED
    assert len(states) == 3 * len(COMPONENTS)
    assert states.count(complete) == len(COMPONENTS) + 2
    assert states.count(cached) == 2 * len(COMPONENTS) - 2


def test_the_first_model_beats_popularity_and_is_pushed_once(three_runs):
    first, second, third = (report.models["tiny"] for report in three_runs.reports)
    assert first.baseline.startswith("popularity") and first.blessed
    assert (first.outcome, second.outcome, third.outcome) == ("pushed", "unchanged", "not_pushed")
    assert first.version == first.pushed_version == second.version == second.pushed_version == third.pushed_version
    assert third.version == ""
    (version,) = Path(three_runs.config.pushed_model_dir).iterdir()
    assert version.name == first.pushed_version and (version / "saved_model.pb").exists()


def test_the_report_tells_what_a_model_lacks(three_runs):
    third = three_runs.reports[2].models["tiny"]
    assert [shortfall.surface for shortfall in third.shortfalls] == ["recommendation", "search"]
    for shortfall in third.shortfalls:
        assert shortfall.metric == "ndcg_at_5"
        assert shortfall.value == third.metrics["model"][shortfall.surface]["ndcg_at_5"]
        assert shortfall.needed == third.metrics["baseline"][shortfall.surface]["ndcg_at_5"] + 0.99


@pytest.mark.parametrize("surface", ["recommendation", "search"])
def test_the_report_compares_with_popularity(three_runs, surface):
    first, second, _ = (report.models["tiny"] for report in three_runs.reports)
    names = {"mrr", *(f"{metric}_at_{k}" for metric in ("hit_rate", "ndcg") for k in (1, 5, 10))}
    assert set(first.metrics["model"][surface]) == names
    assert first.metrics["model"][surface]["ndcg_at_5"] > first.metrics["popularity"][surface]["ndcg_at_5"]
    assert first.metrics["baseline"] == first.metrics["popularity"]
    assert second.metrics == first.metrics


def test_the_report_tells_how_well_items_are_found_among_all(three_runs):
    model = three_runs.reports[0].models["tiny"]
    assert set(model.whole_catalogue) == {"recommendation", "search", "overall"}
    for metrics in model.whole_catalogue.values():
        # There are 72 items, so that every one is among the first 100.
        assert metrics["hit_rate_at_100"] == 1 and 0 < metrics["mrr"] < 1


def test_the_report_tells_what_the_servability_gate_measured(three_runs):
    for report in three_runs.reports:
        model = report.models["tiny"]
        assert model.servable and model.servability_reasons == ()
        latencies = {f"{protocol}_rank_p{of}_ms" for protocol in ("rest", "grpc") for of in (50, 95)}
        assert set(model.servability_figures) == latencies | {"model_mb"}
        assert min(model.servability_figures.values()) > 0


def test_the_report_lies_beside_the_run(three_runs):
    assert json.loads(Path(three_runs.config.report_path).read_text())["cached"] == list(three_runs.reports[2].cached)


def test_no_anomalies_are_found(three_runs):
    from tensorflow_metadata.proto.v0 import anomalies_pb2

    (folder,) = artifacts(three_runs.config, "ExampleValidator", "anomalies")
    splits = {path.name for path in folder.iterdir()}
    assert splits == {f"Split-{split}" for split in features.BEHAVIOUR_SPLITS}
    for split in splits:
        found = anomalies_pb2.Anomalies.FromString((folder / split / "SchemaDiff.pb").read_bytes())
        assert not found.anomaly_info, split


def test_test_positives_are_never_training_positives_of_their_user(three_runs):
    (folder,) = artifacts(three_runs.config, "BehaviourExampleGen", "examples")

    def positives(split):
        return {
            (
                example.features.feature[features.USER_ID].bytes_list.value[0],
                example.features.feature[features.CANDIDATES].bytes_list.value[0],
            )
            for example in examples(folder / f"Split-{split}")
        }

    assert positives("test") and not positives("test") & positives("train")


def test_tensorboard_gets_losses_by_part_metrics_and_the_learning_rate(three_runs):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    (run,) = artifacts(three_runs.config, "Trainer", "model_run")
    tags = set()
    for folder in ("train", "validation"):
        events = EventAccumulator(str(run / folder))
        events.Reload()
        tags |= {f"{folder}/{tag}" for tag in events.Tags()["tensors"]}
    assert {
        "train/epoch_loss",
        "train/epoch_click_loss_recommendation",
        "train/epoch_click_loss_search",
        "train/epoch_query_item_loss",
        "train/epoch_history_alignment_loss",
        "train/epoch_learning_rate",
        "validation/epoch_ndcg_at_5",
        "validation/epoch_ndcg_at_5_search",
        "validation/epoch_hit_rate_at_10_recommendation",
    } <= tags


def test_the_transformed_features_change_on_purpose_only(three_runs):
    import tensorflow_transform as tft

    (graph,) = artifacts(three_runs.config, "Transform", "transform_graph")
    metadata = tft.TFTransformOutput(str(graph)).transformed_metadata.schema
    shapes = []
    for feature in sorted(metadata.feature, key=lambda feature: feature.name):
        dimensions = [each.size for each in feature.shape.dim]
        shapes.append(f"{feature.name}: {dimensions if feature.HasField('shape') else 'any number'}")
    assert_golden("transformed_features.txt", "\n".join(shapes) + "\n")


def test_the_signatures_change_on_purpose_only(three_runs):
    (version,) = Path(three_runs.config.pushed_model_dir).iterdir()
    # What TF Serving's own loader reads; loading the functions would take a minute.
    graph = saved_model_pb2.SavedModel.FromString((version / "saved_model.pb").read_bytes()).meta_graphs[0]
    lines = []
    for name, signature in sorted(graph.signature_def.items()):
        if name.startswith("__"):  # The loader's own.
            continue
        for direction, tensors in (("<", signature.inputs), (">", signature.outputs)):
            for key, info in sorted(tensors.items()):
                dtype, shape = tf.dtypes.as_dtype(info.dtype).name, tf.TensorShape(info.tensor_shape)
                lines.append(f"{name} {direction} {key}: {dtype} {shape}")
    assert_golden("signatures.txt", "\n".join(lines) + "\n")
