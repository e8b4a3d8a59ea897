"""UnifiedSSR through the pipeline: joint pre-training, then one model a surface, each evaluated, gated and pushed."""

import itertools
from pathlib import Path

import pytest
import tensorflow as tf

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

UNIFIEDSSR = [
    "model=unifiedssr",
    "unifiedssr.dim=16",
    "unifiedssr.dropout=0.1",
    "unifiedssr.sessions=2",
    "train.sequence_ends_only=true",
    "train.one_surface_a_batch=true",
    "train.warmup_steps=20",
    "train.plateau_patience=0",
    "train.epochs=20",
    "fine_tuning.surfaces=[recommendation, search]",
    "fine_tuning.epochs=2",
]


@pytest.fixture(scope="module")
def run(tiny_config):
    from tfx_pipeline.config.pipeline_config import load_config
    from tfx_pipeline.runners import local_runner  # Imports TFX: many seconds.

    # The log is its own log of pre-training, so what is pre-trained has seen what is fine-tuned on.
    pretraining = f"data.pretraining_events={tiny_config.parent / 'events.tsv'}"
    config = load_config(str(tiny_config), [*UNIFIEDSSR, pretraining])
    return config, local_runner.run(config)


def test_each_surface_has_nodes_and_a_model_of_its_own(run):
    config, report = run
    nodes = ("Trainer", "BaselineModel", "Evaluator", "ServabilityGate", "CatalogueMetrics", "Baselines", "Pusher")
    assert {prefix + node for prefix in ("Recommendation", "Search") for node in nodes} <= set(report.ran)
    assert "Trainer" in report.ran and "Evaluator" not in report.ran
    assert set(report.models) == {"tiny_recommendation", "tiny_search"}
    for name, model in report.models.items():
        surface = name.removeprefix("tiny_")
        # Measured where it serves, among an example's candidates and among all items.
        assert set(model.metrics["model"]) == set(model.whole_catalogue) == {surface}
        assert model.metrics["model"][surface]["ndcg_at_5"] > model.whole_catalogue[surface]["ndcg_at_5"] > 0
        assert model.blessed and model.outcome == "pushed" and model.version == model.pushed_version
        assert model.pushed_model_dir == f"{config.pushed_model_dir}_{surface}"
        assert (Path(model.pushed_model_dir) / model.pushed_version / "saved_model.pb").exists()


def test_fine_tuning_starts_from_the_joint_weights(run):
    """It has seen 20 epochs when it begins, so its first is better than the joint training's first by far."""
    from tfx_pipeline.report import RunHistory

    config, _ = run

    def first_loss(node, surface):
        # The newest of the node's runs; other tests train by the same configuration.
        folder = Path(RunHistory(config).artifact_uri(node, "model_run", since=0))
        files = sorted(map(str, folder.glob("train/events.out.tfevents.*")))  # What was chosen has a file of its own.
        for event in itertools.chain.from_iterable(map(tf.compat.v1.train.summary_iterator, files)):
            for value in event.summary.value:
                if value.tag == f"epoch_next_item_loss_{surface}":
                    return float(tf.make_ndarray(value.tensor))
        raise AssertionError(f"{files} have no loss of {surface}")

    for surface in ("recommendation", "search"):
        assert first_loss(f"{surface.capitalize()}Trainer", surface) < 0.9 * first_loss("Trainer", surface)


def test_a_second_run_has_nothing_to_do(run):
    from tfx_pipeline.runners import local_runner

    config, first = run
    again = local_runner.run(config)
    assert again.ran == () and set(again.cached) == set(first.ran) | set(first.cached)
    for name, model in again.models.items():
        assert (model.outcome, model.version) == ("unchanged", first.models[name].version)
