"""The command with a search that is made in no time; `tests/tfx_pipeline/tuning/search_job_test.py` trains."""

import json
import sys
from types import SimpleNamespace

import pytest

from tfx_pipeline import runners
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.config.search_space import search_space
from tfx_pipeline.past_runs import last_search
from tfx_pipeline.tuning.trial_results import TrialResult

TRIALS = [
    TrialResult(1, {"unisar.dim": 16, "train.learning_rate": 0.01}, 0.25, {}, 4, 4, True, seconds=2),
    TrialResult(2, {"unisar.dim": 32, "train.learning_rate": 0.0123}, 0.5, {}, 3, 4, seconds=2),
]
SPACE = "tune.space={unisar.dim: [16, 32], train.learning_rate: {low: 0.001, high: 0.1, scale: log}}"


@pytest.fixture
def searched(monkeypatch):
    """The configurations that were searched. What was found is `TRIALS`."""
    made = []

    def found(root, searched):
        assert searched == [str(each) for each in search_space(made[-1]).dimensions]
        return TRIALS

    fake = SimpleNamespace(tune=lambda config, watcher: made.append(config))
    monkeypatch.setitem(sys.modules, "tfx_pipeline.runners.tune_runner", fake)
    monkeypatch.setattr(runners, "tune_runner", fake, raising=False)
    monkeypatch.setattr(last_search, "last_search", found)
    return made


def test_the_best_values_are_written_as_a_configuration_and_the_trials_printed(tandem, tiny, searched, tmp_path):
    printed = tandem("tune", "--config", tiny, "--set", SPACE, "--set", "train.epochs=2")
    (config,) = searched
    assert config.tune.enabled and config.train.epochs == 2
    output = tmp_path / "run" / "tuned.yaml"
    assert printed.out.splitlines()[1].startswith("2      0.5000*")
    assert f"The best values are in {output}: tandem run --config {output}" in printed.err
    loaded = load_config(str(output))
    assert loaded == load_config(tiny, ["unisar.dim=32", "train.learning_rate=0.0123", "train.epochs=2"])
    assert output.read_text().startswith(
        f"# {tiny}, tuned: 2 trials (bayesian).\n# Searched:\n#   unisar.dim: 16, 32\n"
    )


def test_options_go_before_what_the_file_says(tandem, tiny, searched, tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(file.read_text() + "tune:\n  trials: 9\n  enabled: false\n  space: {unisar.dim: [16, 32]}\n")
    tandem("tune", "--config", tiny)
    assert (searched[-1].tune.trials, searched[-1].tune.enabled) == (9, True)
    tandem("tune", "--config", tiny, "--trials", 3, "--algorithm", "random", "--seed", 5, "--parallel", 1)
    assert (searched[-1].tune.trials, searched[-1].tune.algorithm, searched[-1].tune.seed) == (3, "random", 5)
    assert searched[-1].tune.parallel_trials == 1
    # A number of the file is no number of Hyperband's.
    tandem("tune", "--config", tiny, "--algorithm", "hyperband")
    assert (searched[-1].tune.trials, searched[-1].tune.algorithm) == (0, "hyperband")


def test_figures_as_json_and_a_file_of_ones_own(tandem, tiny, searched, tmp_path):
    output = tmp_path / "a folder" / "best.yaml"
    told = json.loads(tandem("tune", "--config", tiny, "--set", SPACE, "--output", output, "--json").out)
    assert told["best"]["values"] == {"unisar.dim": 32, "train.learning_rate": 0.0123}
    assert told["written"] == str(output) and output.exists()
    assert [each["score"] for each in told["trials"]] == [0.25, 0.5]


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--trials", "0"], 2, "should be a whole number from 1 on"),
        (["--parallel", "0"], 2, "should be a whole number from 1 on"),
        (["--parallel", "4000"], 1, "tandem tune: tune.parallel_trials = 4000: this machine has "),
        (["--algorithm", "grid"], 2, "grid"),
        (["--algorithm", "hyperband", "--trials", "4"], 2, "`trials` does not go with `algorithm: hyperband`"),
        (["--set", "tune.space={data.events: [a]}"], 2, "`data.events` belongs to neither"),
        (["--output", "tuned.json"], 1, "--output tuned.json: give a file that ends in .yaml."),
    ],
)
def test_wrong_usage_is_told_before_anything_is_imported(arguments, code, text, tandem, tiny, searched):
    assert text in tandem("tune", "--config", tiny, *arguments, code=code).err
    assert searched == []
