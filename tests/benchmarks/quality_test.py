import json
import subprocess

import pytest

from benchmarks import quality
from benchmarks.data_sets import known_sets
from benchmarks.data_sets.known_sets import DataSet
from benchmarks.rivals.recbole_figures import Recbole, RecboleFailed
from schemas.rank_metrics import CATALOGUE_CUTOFFS, rank_metrics

FIGURES = {metric.name: [0.5, 0.4, 0.6] for metric in rank_metrics(CATALOGUE_CUTOFFS)}
AMONG = {"model": FIGURES, "rules": {"popularity": FIGURES}, "users": 20, "examples": 20, "repeats": 0}
COMPARED = AMONG | {"difference": [0.0, -0.1, 0.1], "beaten": False}
REPORT = {
    "models": {
        "a": {
            "outcome": "not_pushed",
            "rules": {"candidates": {"search": COMPARED}, "catalogue": {"search": AMONG}},
            "by_vectors": {"search": {"ndcg_at_10": 0.25}},
        }
    }
}


@pytest.fixture
def calls(monkeypatch):
    """The commands that were called, in place of them. `codes` says what each kind of command ends with."""

    class Calls(list):
        codes = {}

    made = Calls()

    def run(command, cwd, stdout, **_):
        kind, *arguments = command[command.index("tfx_pipeline.cli.main") + 1 :]
        made.append((cwd.name, kind, *arguments))
        code = made.codes.get((cwd.name, kind), 0)
        if isinstance(code, BaseException):
            raise code
        if kind == "init" and not code:
            (cwd / arguments[-1]).write_text("name: a\ndata: {events: e}\n")
        stdout.write(json.dumps(REPORT))
        return subprocess.CompletedProcess(command, code)

    monkeypatch.setattr(subprocess, "run", run)
    return made


@pytest.fixture
def sets(monkeypatch):
    """Three data sets, one of which is not here."""
    made = {
        "a": DataSet("a", "a log", lambda folder, files: ["a.tsv"]),
        "b": DataSet("b", "another", lambda folder, files: ["b.tsv"]),
        "c": DataSet("c", "a third", lambda folder, files: ["c.tsv"], known_sets._shared("no/such")),
    }
    monkeypatch.setattr(quality, "DATA_SETS", made)
    return made


RUN = ("run", "--config", "a.yaml", "--json")


def test_each_set_is_run_with_what_init_writes_and_what_is_finished_is_not_run_again(tmp_path, calls, sets, capsys):
    calls.codes = {("a", "run"): 3}  # Not pushed: that is a result.
    assert quality.main(["--out", str(tmp_path)]) == 0
    assert calls[:2] == [("a", "init", "a.tsv", "--output", "a.yaml"), ("a", *RUN)]
    assert [call[:2] for call in calls[2:]] == [("b", "init"), ("b", "run")]
    told = capsys.readouterr()
    assert "c: skipped, it needs --shared DIR" in told.err
    assert "| a | search | 20 | 0.500 (0.400 to 0.600) | popularity |" in told.out
    assert "| 0.500 (0.250) |" in told.out  # What is served, and the vectors alone.
    assert "* `c` was not run: it needs --shared DIR." in told.out
    assert told.out.strip() == (tmp_path / "quality.md").read_text().strip()
    assert [row["data_set"] for row in json.loads((tmp_path / "quality.json").read_text())["rows"]] == ["a", "b"]
    calls.clear()
    assert quality.main(["--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out == told.out and calls == []
    assert quality.main(["--out", str(tmp_path), "--only", "b", "--again"]) == 0
    assert [call[:2] for call in calls] == [("b", "init"), ("b", "run")]
    calls.clear()
    assert quality.main(["--out", str(tmp_path), "--only", "a", "--again", "--sasrec"]) == 0
    assert calls[1:] == [("a", *RUN, "--set=evaluation.sasrec=true")]


def test_what_was_interrupted_goes_on_with_its_configuration_and_all_its_time_counts(tmp_path, calls, sets):
    calls.codes = {("a", "run"): KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        quality.main(["--out", str(tmp_path), "--only", "a"])
    assert not (tmp_path / "a" / "result.json").exists()
    (tmp_path / "a" / "seconds.txt").write_text("100 30\n")
    calls.clear()
    calls.codes = {}
    assert quality.main(["--out", str(tmp_path), "--only", "a"]) == 0
    assert calls == [("a", *RUN)]
    result = json.loads((tmp_path / "a" / "result.json").read_text())
    assert result["seconds"] >= 100 and result["cpu_seconds"] >= 30 and result["outcome"] == "not_pushed"


@pytest.fixture
def recbole(monkeypatch, tmp_path):
    """RecBole in an environment of its own, whose trainings take no time. `fails` is what the next one says."""

    class Trainings(list):
        fails = None

    made = Trainings()

    def train_missing(folder, root, recbole, examples, exclude_seen):
        made.append((folder.name, root, recbole.epochs, examples, exclude_seen))
        if made.fails:
            raise RecboleFailed(made.fails)
        (folder / "recbole").mkdir(exist_ok=True)
        sequences = {"test": [[user, [1], 2] for user in range(20)], "surfaces": ["search"] * 20}
        (folder / "recbole" / "sequences.json").write_text(json.dumps(sequences))
        # Rank 1 gains 1, and rank 101 nothing.
        (folder / "recbole" / "SASRec.json").write_text(json.dumps({"ranks": [1, 101] * 10}))

    monkeypatch.setattr(quality, "train_missing", train_missing)
    monkeypatch.setattr(Recbole, "of", lambda python, epochs: Recbole(python, tmp_path / "package", epochs))
    return made


def test_recbole_s_models_stand_in_columns_of_their_own_and_stay_there(tmp_path, calls, sets, recbole, capsys):
    out = tmp_path / "out"
    (out / "a").mkdir(parents=True)
    (out / "a" / "a.yaml").write_text("name: a\ndata: {events: e}\nevaluation: {baseline_examples: 7}\n")
    asked = ["--out", str(out), "--only", "a", "--recbole", "its/python"]
    assert quality.main([*asked, "--recbole-epochs", "3"]) == 0
    assert recbole == [("a", out / "a" / "runs" / "a", 3, 7, True)]
    header, _, row = capsys.readouterr().out.splitlines()[:3]
    assert header.endswith("| RecBole's SASRec: NDCG@10 | seconds (CPU) |") and "BERT4Rec" not in header
    figure = row.split(" | ")[-2]
    assert figure.startswith("0.500 (0.")
    # Later tables have what was trained.
    assert quality.main(["--out", str(out)]) == 0
    of_a, of_b = [line for line in capsys.readouterr().out.splitlines() if " | search | " in line]
    assert of_a.split(" | ")[-2] == figure and of_b.split(" | ")[-2] == ""


def test_a_data_set_keeps_its_row_if_recbole_fails(tmp_path, calls, sets, recbole, capsys):
    recbole.fails = "SASRec ended with 1"
    assert quality.main(["--out", str(tmp_path), "--only", "a", "--recbole", "its/python"]) == 1
    told = capsys.readouterr().out
    assert "| a | search | 20 |" in told and "RecBole's" not in told
    assert "* `a, RecBole` was not run: SASRec ended with 1." in told


def test_movielens_is_read_from_recbole_s_own_environment(tmp_path, recbole, capsys):
    assert quality.main(["--list"]) == 0
    without = capsys.readouterr().out
    assert "feed only (not here: it comes with the package recbole and needs --recbole PYTHON)" in without
    (tmp_path / "package" / "dataset_example" / "ml-100k").mkdir(parents=True)
    assert quality.main(["--list", "--recbole", "its/python"]) == 0
    assert "films, feed only\n" in capsys.readouterr().out


def test_one_that_fails_does_not_stop_the_others_and_is_tried_again(tmp_path, calls, sets, capsys):
    calls.codes = {("a", "run"): 1}
    assert quality.main(["--out", str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert "* `a` was not run: `tandem run` ended with 1, a/run.log has what it said." in told.out
    assert "| b | search |" in told.out and "| a | search |" not in told.out
    calls.clear()
    calls.codes = {}
    assert quality.main(["--out", str(tmp_path)]) == 0
    assert calls == [("a", *RUN)]


def test_the_table_goes_between_the_marks_of_a_document(tmp_path, calls, sets):
    document = tmp_path / "quality.md"
    begin, end = "<!-- The table of benchmarks.quality begins. -->", "<!-- The table of benchmarks.quality ends. -->"
    document.write_text(f"# Quality\n\n{begin}\n\nold\n\n{end}\n\nWhy.\n")
    for _ in range(2):
        assert quality.main(["--out", str(tmp_path / "out"), "--only", "a", "--into", str(document)]) == 0
        table = (tmp_path / "out" / "quality.md").read_text()
        assert document.read_text() == f"# Quality\n\n{begin}\n\n{table}\n{end}\n\nWhy.\n"
    document.write_text("# Quality\n")
    with pytest.raises(SystemExit, match="lacks the lines"):
        quality.main(["--out", str(tmp_path / "out"), "--only", "a", "--into", str(document)])


def test_the_list_says_what_is_not_here(sets, calls, capsys):
    assert quality.main(["--list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        *("a  a log", "b  another", "c  a third (not here: it needs --shared DIR)")
    ]
    with pytest.raises(SystemExit, match="--only: there is no d. Known: a, b, c."):
        quality.main(["--only", "a,d"])
    assert calls == []


def test_the_real_command_writes_the_configuration(tmp_path):
    """`tandem init` on the log of a world, in a folder and process of its own."""
    data_set = known_sets.DATA_SETS["tiny"]
    quality._tandem(tmp_path, "init.txt", "init", *data_set.init(tmp_path, []), "--output", "tiny.yaml")
    assert "events: log/events.tsv" in (tmp_path / "tiny.yaml").read_text()
    with pytest.raises(quality.RunFailed, match="`tandem init` ended with 2, .*/init.log has what it said"):
        quality._tandem(tmp_path, "init.txt", "init", "no_such.tsv")
