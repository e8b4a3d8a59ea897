import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.rivals import run_sequences
from benchmarks.rivals.recbole_figures import Recbole, RecboleFailed, read_figures, train_missing

TOLD = {"epochs": 7, "best_epoch": 5, "seconds": 3.0}
# User 0 has two examples in search and one in the feed.
SEQUENCES = {
    "items": 300,
    "test": [[0, [1], 2], [0, [1, 2], 3], [1, [4], 5], [0, [6], 7]],
    "surfaces": ["search", "search", "search", "recommendation"],
}
COMPARED = {"search": {"examples": 3}, "recommendation": {"examples": 1}}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "recbole").mkdir()
    (tmp_path / "recbole" / "sequences.json").write_text(json.dumps(SEQUENCES))
    return tmp_path


def wrote(folder, model, ranks):
    (folder / "recbole" / f"{model}.json").write_text(json.dumps(TOLD | {"ranks": ranks}))


def test_figures_are_means_over_users_by_surface(folder):
    assert read_figures(folder, COMPARED) == {}
    wrote(folder, "BERT4Rec", [1, 2, 11, 101])
    wrote(folder, "SASRec", [0, 3, 100, 10])
    found = read_figures(folder, COMPARED)
    assert list(found) == ["SASRec", "BERT4Rec"]
    assert {name: value for name, value in found["SASRec"].items() if name != "surfaces"} == TOLD

    def means(model, surface):
        figures = found[model]["surfaces"][surface]
        assert all(low <= mean <= high for mean, low, high in figures.values())
        return [figures[name][0] for name in ("ndcg_at_10", "hit_rate_at_10", "hit_rate_at_100")]

    # In search, user 0 counts with the mean of two examples, and user 1 with one.
    second = 1 / math.log2(3)
    assert means("BERT4Rec", "search") == pytest.approx([(1 + second) / 2 / 2, 1 / 2, 1])
    assert means("BERT4Rec", "recommendation") == [0, 0, 0]
    # 0 is no rank: it gains nothing.
    assert means("SASRec", "search") == pytest.approx([0.5 / 2 / 2, 0.5 / 2, (0.5 + 1) / 2])
    assert means("SASRec", "recommendation") == pytest.approx([1 / math.log2(11), 1, 1])


def test_other_examples_than_those_of_the_run_are_refused(folder):
    wrote(folder, "SASRec", [1, 2, 3, 4])
    told = "RecBole ranked 3 examples of search and the run 4, so begin it with --again"
    with pytest.raises(RecboleFailed, match=told):
        read_figures(folder, COMPARED | {"search": {"examples": 4}})


@pytest.fixture
def calls(monkeypatch):
    """The trainings that were called, in place of them; `codes` says what a model's ends with."""

    class Calls(list):
        codes = {}

    made = Calls()

    def run(command, cwd, stdout, **_):
        model, output = (command[command.index(name) + 1] for name in ("--model", "--output"))
        made.append(command)
        if not made.codes.get(model):
            (cwd / output).write_text(json.dumps(TOLD | {"ranks": [1, 1, 1, 1]}))
        return subprocess.CompletedProcess(command, made.codes.get(model, 0))

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(
        run_sequences,
        "write_sequences",
        lambda root, path, examples, exclude: path.write_text(json.dumps([str(root), examples, exclude])),
    )
    return made


def test_what_is_trained_is_not_trained_again_and_what_failed_is(tmp_path, calls):
    recbole = Recbole(Path("its/python"), tmp_path, 20)
    calls.codes = {"BERT4Rec": 1}
    with pytest.raises(RecboleFailed, match=r"BERT4Rec ended with 1, .*/recbole/BERT4Rec.log has what it said"):
        train_missing(tmp_path, tmp_path / "root", recbole, 500, True)
    assert json.loads((tmp_path / "recbole" / "sequences.json").read_text()) == [str(tmp_path / "root"), 500, True]
    assert [call[call.index("--model") + 1] for call in calls] == ["SASRec", "BERT4Rec"]
    assert calls[0][0] == "its/python" and calls[0][-2:] == ["--epochs", "20"]
    calls.clear()
    calls.codes = {}
    for _ in range(2):
        train_missing(tmp_path, tmp_path / "root", recbole, 1, False)
        assert [call[call.index("--model") + 1] for call in calls] == ["BERT4Rec"]
    # The sequences are those of the first call.
    assert json.loads((tmp_path / "recbole" / "sequences.json").read_text())[1:] == [500, True]


def test_the_package_is_looked_for_in_its_own_environment(tmp_path, monkeypatch):
    (tmp_path / "recbole").mkdir()
    with pytest.raises(SystemExit, match="has no package recbole; benchmarks/README.md says how to get it"):
        Recbole.of(Path(sys.executable), 5)
    with pytest.raises(SystemExit, match="--recbole: there is no program no/python."):
        Recbole.of(Path("no/python"), 5)
    (tmp_path / "recbole" / "__init__.py").write_text("raise ImportError('nobody imports it')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert Recbole.of(Path(sys.executable), 5) == Recbole(Path(sys.executable), tmp_path / "recbole", 5)
    # A training runs in another folder, so a relative path would be lost there.
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.chdir(tmp_path)
    assert Recbole.of(Path("bin/python"), 5).python == tmp_path / "bin" / "python"
