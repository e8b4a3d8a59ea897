"""`tandem tune` searches, and a run takes what it found, from the cache as from the file that it wrote."""

import json

import pytest
import yaml

from tests.support import tiny_logs
from tests.support.event_logs import settings_of
from tfx_pipeline.cli.main import main
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.past_runs.run_store import RunStore

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]
SMALL = [
    "model=unifiedssr",
    "unifiedssr.num_layers=1",
    "unifiedssr.sessions=0",
    "unifiedssr.item_attributes=true",  # Without it there is nothing to tell new items by.
    "train.epochs=1",
    "evaluation.margin=-1",
    # None of them is what the configuration has, so that what a run trains with tells where it comes from.
    "tune.space={unifiedssr.dim: [8, 16], train.learning_rate: {low: 0.01, high: 0.02}}",
    "tune.algorithm=random",
]


def test_a_run_trains_with_what_the_search_has_found(tmp_path, capsys):
    path = tiny_logs.write(tmp_path / "a shop", users=30, events_per_user=8, rules=())
    options = ["--config", str(path), *(f"--set={each}" for each in SMALL)]
    assert main(["tune", *options, "--trials", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    best = found["best"]["values"]
    assert [each["number"] for each in found["trials"]] == [1, 2] and best["unifiedssr.dim"] in (8, 16)
    tuned = load_config(found["written"])
    assert (tuned.unifiedssr.dim, tuned.train.learning_rate) == tuple(best.values())

    root = path.parent / "run"
    assert main(["run", *options, "--set=tune.trials=2", "--json"]) == 0
    chosen, _ = json.loads(capsys.readouterr().out)["trainings"]
    assert chosen.startswith(f"Tuner: unifiedssr.dim {best['unifiedssr.dim']}, train.learning_rate ")
    (steps,) = [each.steps for each in RunStore(str(root)).runs[-1:]]
    assert [each.state for each in steps if each.component == "Tuner"] == ["cached"]
    assert yaml.safe_load((root / "tuned.yaml").read_text())["unifiedssr"]["dim"] == best["unifiedssr.dim"]
    (logs,) = [each for each in (root / "tensorboard").iterdir() if each.is_symlink()]
    trained, _ = settings_of(logs)
    assert trained["unifiedssr.dim"] == best["unifiedssr.dim"]
    assert trained["train.learning_rate"] == pytest.approx(best["train.learning_rate"])
    # The pushed model takes new items as it was trained, not as the configuration says.
    assert main(["index", *options, "--set=tune.trials=2", "--json"]) == 0
