"""The command with trainings that are made in no time; tests/e2e/experiment_test.py trains."""

import json
import sys
from types import SimpleNamespace

import pytest

from tests.support.experiment_results import result
from tfx_pipeline import runners

NDCG = {(4, 17): 0.5, (4, 18): 0.75, (8, 17): 0.25, (8, 18): 0.25}
"""By the number of epochs and the seed."""


@pytest.fixture
def names():
    """What TensorBoard calls the trainings."""
    return []


@pytest.fixture
def trained(monkeypatch, names):
    """What was trained, in its order: the number of epochs, and the seed."""
    made = []

    def train(config, watcher, shown_as):
        names.append(shown_as)
        key = config.train.epochs, config.train.seed
        made.append(key)
        if NDCG.get(key) is None:
            raise ValueError("no such thing")
        return result("", 0, search=NDCG[key]).trained

    # Instead of the module that imports TFX.
    fake = SimpleNamespace(train=train)
    monkeypatch.setitem(sys.modules, "tfx_pipeline.runners.experiment_runner", fake)
    monkeypatch.setattr(runners, "experiment_runner", fake, raising=False)
    return made


@pytest.fixture
def experiment(tandem, tiny, tmp_path, trained):
    """Calls the command; the variants are the lines of a file `few.yaml`."""

    def call(variants, *arguments, code=0):
        (tmp_path / "few.yaml").write_text(variants)
        return tandem("experiment", "--config", tiny, "--variants", tmp_path / "few.yaml", *arguments, code=code)

    return call


def written(tmp_path, suffix):
    (file,) = tmp_path.glob(f"**/experiments/few.{suffix}")
    return file.read_text()


BOTH = "complete: []\nlonger: [train.epochs=8]\n"


def test_seeds_are_trained_one_after_the_other_and_the_table_is_printed_and_kept(experiment, trained, tmp_path):
    printed = experiment(BOTH, "--seeds", "2")
    assert trained == [(4, 17), (8, 17), (4, 18), (8, 18)]
    lines = printed.out.splitlines()
    # 0.5 and 0.75, of which the deviation is 0.25 / sqrt(2); -0.25 and -0.5.
    assert " ".join(lines[1].split()) == "complete search 0.6250 ± 0.1768* 0.6250 ± 0.1768 1"
    assert " ".join(lines[2].split()) == "longer search 0.2500 ± 0.0000 0.2500 ± 0.0000 -0.3750 ± 0.1768 1"
    assert "| longer | search | 0.2500 ± 0.0000 |" in written(tmp_path, "md")
    kept = json.loads(written(tmp_path, "json"))
    assert [(each["variant"], each["seed"]) for each in kept["trainings"]] == [
        ("complete", 17),
        ("longer", 17),
        ("complete", 18),
        ("longer", 18),
    ]
    assert (
        f"Written to {next(tmp_path.glob('**/experiments/few.md'))}, all figures to few.json, pictures to few.html."
        in printed.err
    )
    # One seed by default.
    trained.clear()
    assert json.loads(experiment(BOTH, "--json").out)["comparison"][0]["seeds"] == [17]
    assert trained == [(4, 17), (8, 17)]


def test_a_variant_that_fails_is_told_and_the_others_are_compared(experiment, trained, tmp_path):
    printed = experiment(f"complete: []\nbroken: [train.epochs=9]\n{BOTH.splitlines()[1]}\n", "--seeds", "2", code=1)
    assert trained == [(4, 17), (9, 17), (8, 17), (4, 18), (8, 18)]
    assert "broken: train.epochs=9; failed with seed 17: ValueError: no such thing" in printed.out
    assert "tandem experiment: failed: ValueError: no such thing" in printed.err
    assert "still to come" not in printed.out


def test_what_was_trained_before_an_interruption_is_kept(experiment, trained, tmp_path, monkeypatch):
    monkeypatch.setattr("tfx_pipeline.console.interruption.is_one", lambda error: True)
    printed = experiment("complete: []\nbroken: [train.epochs=9]\n", "--seeds", "2", code=1)
    assert trained == [(4, 17), (9, 17)] and printed.out == ""
    assert "* So far; still to come: 3 of 4 trainings." in written(tmp_path, "md")
    assert "| complete | search | **0.5000** |" in written(tmp_path, "md")
    assert printed.err.splitlines()[-1].startswith("tandem experiment: interrupted; what was finished is kept")


def test_each_training_is_shown_by_the_name_of_its_variant(experiment, names):
    experiment("complete: []\nlonger/slower: [train.epochs=8]\n", "--seeds", "2")
    assert names == ["few/complete", "few/longer-slower", "few/complete, seed 2", "few/longer-slower, seed 2"]


@pytest.mark.parametrize(
    ("first", "second", "seeds", "told"),
    [
        ("a/b", "a-b", 1, "both `a/b` and `a-b` as `a-b`"),
        (".plain", "plain", 1, "both `.plain` and `plain` as `plain`"),
        ("plain", "plain, seed 2", 2, "both `plain, seed 2` and `plain` with its seed 2 as `plain, seed 2`"),
    ],
)
def test_variants_that_would_have_one_name_are_refused_before_anything_is_trained(
    first, second, seeds, told, experiment, trained, tmp_path
):
    printed = experiment(f"'{first}': []\n'{second}': [train.epochs=8]\n", "--seeds", str(seeds), code=2)
    assert f"few.yaml: TensorBoard would show {told}. Rename one of the variants." in printed.err
    assert trained == [] and not list(tmp_path.glob("**/experiments"))


def test_no_seed_is_no_experiment(experiment, trained):
    assert "--seeds: should be a whole number from 1 on, not '0'" in experiment(BOTH, "--seeds", "0", code=2).err
    assert trained == []
