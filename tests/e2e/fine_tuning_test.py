"""UnifiedSSR through the pipeline: joint pre-training, then one model a surface, each evaluated, gated and pushed."""

from pathlib import Path

import pytest

from tests.support.event_logs import scalars_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def run(paper_run):
    """A paper's run, whose joint training has a log of its own."""
    return paper_run("unifiedssr-amazon-clothing")


def test_each_surface_has_nodes_and_a_model_of_its_own(run):
    nodes = ("Trainer", "BaselineModel", "Evaluator", "ServabilityGate", "CatalogueMetrics", "Baselines", "Pusher")
    assert {prefix + node for prefix in ("Recommendation", "Search") for node in nodes} <= set(run.report["ran"])
    assert "Trainer" in run.report["ran"] and "Evaluator" not in run.report["ran"]
    models = {name.removeprefix(f"{run.config.name}_"): model for name, model in run.report["models"].items()}
    assert set(models) == {"recommendation", "search"}
    for surface, model in models.items():
        # Measured where it serves, among an example's candidates and among all items.
        assert set(model["metrics"]["model"]) == set(model["whole_catalogue"]) == {surface}
        assert model["metrics"]["model"][surface]["ndcg_at_5"] > model["whole_catalogue"][surface]["ndcg_at_5"] > 0
        assert model["blessed"] and model["outcome"] == "pushed" and model["version"] == model["pushed_version"]
        assert model["pushed_model_dir"] == f"{run.config.pushed_model_dir}_{surface}"
        assert (Path(model["pushed_model_dir"]) / model["pushed_version"] / "saved_model.pb").exists()


def test_fine_tuning_starts_from_the_joint_weights(run):
    """It has seen 20 epochs when it begins, so its first is better than the joint training's first by far."""
    from tfx_pipeline.report import RunHistory

    def first_loss(node, surface):
        folder = Path(RunHistory(run.config).artifact_uri(node, "model_run", since=0))
        (_, first), *_ = scalars_of(folder / "train")[f"loss/next_item/{surface}"]
        return first

    for surface in ("recommendation", "search"):
        assert first_loss(f"{surface.capitalize()}Trainer", surface) < 0.9 * first_loss("Trainer", surface)
