"""A day's models begin with the weights of those of the day before, once: a repeated run finds all in the cache."""

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import RETRIEVER
from tests.support import tiny_logs

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]
WARM = ["train.warm_start=true", "retriever.train.warm_start=true", "train.epochs=1"]
LENIENT = ["evaluation.margin=-1", "evaluation.judged_queries=0"]
NEW = "mug-new"


@pytest.fixture
def run(tmp_path):
    """Runs a pipeline that retrieves and ranks, whose models are pushed whatever they are worth."""
    from tfx_pipeline.config.pipeline_config import load_config
    from tfx_pipeline.runners import local_runner  # Imports TFX: many seconds.

    folder = tmp_path / "a shop"
    path = tiny_logs.write(folder, users=40, rules=())
    overrides = [*RETRIEVER, *WARM, "retriever.train.epochs=1", *LENIENT]

    def again():
        report = local_runner.run(load_config(str(path), overrides))
        return report, report.models["tiny"]

    return folder, again


def test_each_day_begins_with_the_weights_of_the_day_before_once(run):
    folder, again = run
    report, monday = again()
    assert monday.outcome == "pushed"
    nothing = f"Begins anew: {monday.pushed_model_dir} has no version yet, so there is no earlier model"
    assert {f"{name}: {nothing}" for name in ("Trainer", "RetrieverTrainer")} <= set(report.starts)
    report, repeated = again()
    assert report.ran == () and (repeated.outcome, repeated.version) == ("unchanged", monday.version)

    with (folder / "events.tsv").open("a") as events:
        moment = 1_600_000_000_000 + 17 * 86_400_000
        events.writelines(f"u{user}\t{moment + user}\trecommendation\t\t\t{NEW}\n" for user in range(4))
    with (folder / "items.tsv").open("a") as items:
        items.write(f"{NEW}\tpurple mug\t\n")
    report, tuesday = again()
    assert (tuesday.outcome, tuesday.baseline) == ("pushed", f"last blessed version {monday.version}")
    begun = [each for each in report.starts if f"Begins with the weights of version {monday.version}; " in each]
    assert len(begun) == 2 and all("items 72 known, 1 new, 0 gone" in each for each in begun)
    # The newest version is now another one. To begin with that on the very same log would go on for ever.
    report, repeated = again()
    assert report.ran == () and (repeated.outcome, repeated.version) == ("unchanged", tuesday.version)
    left = Path(tuesday.pushed_model_dir) / tuesday.version / "assets.extra" / "warm_start"
    versions = {path.name: json.loads((path / "start.json").read_text())["version"] for path in left.iterdir()}
    assert versions == {"Trainer": monday.version, "RetrieverTrainer": monday.version}
