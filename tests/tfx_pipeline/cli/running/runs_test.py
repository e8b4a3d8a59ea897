import json
import shutil

import pytest

from components.pusher.rolled_back import roll_back
from tests.support.past_runs import PastRuns
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.past_runs.run_record import recorded
from tfx_pipeline.past_runs.run_store import RunStore

CONFIG = '{"path": "logs", "events": "a.tsv", "items": "b.tsv", "users": ""}'


@pytest.fixture
def past(tmp_path, monkeypatch):
    """Run 1 is pushed, run 2 takes its catalogue and is pushed after it, and run 3 failed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text("name: shop\ndata: {events: a.tsv}\n")
    past = PastRuns(tmp_path / "runs" / "shop")
    items = "Catalog"
    for version, state in (("17", "ran"), ("18", "cached")):
        past.begin()
        (items,) = past.step("ItemCatalog", state, outputs=[items], data_config=CONFIG, fingerprint="c0ffee" * 10)
        made = {"inputs": [items], "data_config": CONFIG, "fingerprint": "ab" * 32}
        (examples, _) = past.step("BehaviourExampleGen", outputs=["Examples", "Rejects"], **made)
        (model,) = past.step("Trainer", inputs=[examples], outputs=["Model"])
        (_, blessing) = past.step("Evaluator", inputs=[model], outputs=["ModelEvaluation", "ModelBlessing"])
        past.push(blessing, version)
    past.begin()
    past.step("BehaviourExampleGen", "cached", outputs=[examples])
    past.step("Trainer", "failed", inputs=[examples])
    return past


@pytest.fixture
def runs(past, tandem):
    """Calls `tandem runs`; returns what it printed, on standard error where it did not succeed."""

    def call(*arguments, code=0):
        printed = tandem("runs", *arguments, "--config", "shop.yaml", code=code)
        return printed.err if code else printed.out

    return call


def test_the_runs_of_the_configuration_are_listed(past, runs):
    past.begin()  # A run that has begun nothing is none.
    lines = runs().splitlines()
    assert [line.split()[0] for line in lines] == ["run", "1", "2", "3"]
    ends = ["outcome", "pushed version 17", "pushed version 18", "failed in Trainer"]
    assert all(line.endswith(f"  {end}") for line, end in zip(lines, ends, strict=True))
    assert [each["outcome"] for each in json.loads(runs("list", "--json"))] == ["pushed", "pushed", "failed"]


def test_roots_may_be_named_one_or_many(runs, tmp_path):
    other = PastRuns(tmp_path / "runs" / "books")
    other.begin()
    other.step("Trainer")
    (tmp_path / "runs" / "notes").mkdir()
    text = runs("--root", "runs")
    assert text.index("runs/books\nrun") < text.index("runs/shop\nrun")
    assert len(json.loads(runs("--root", "runs/books", "--json"))) == 1
    error = runs("show", "1", "--root", "runs", code=2)
    assert error == "tandem: --root runs holds several pipelines. Give one: runs/books, runs/shop.\n"


def test_one_run_is_shown_with_what_its_version_was_made_of(past, runs):
    head, steps, logs, lineage, version = runs("show", "--root", "runs/shop", "2").rstrip().split("\n\n")
    assert head.startswith("Run 2 of runs/shop, begun ") and head.endswith(": pushed version 18")
    done = [" ".join(line.split()[:2]) for line in steps.splitlines()[1:]]
    assert done == ["ItemCatalog cached", "BehaviourExampleGen ran", "Trainer ran", "Evaluator ran", "Pusher ran"]
    assert logs.splitlines()[2:] == [
        "ItemCatalog          logs/b.tsv  c0ffeec0ffee",
        "BehaviourExampleGen  logs/a.tsv  abababababab",
    ]
    assert [" ".join(line.split()[1:4]) for line in lineage.splitlines()[2:]] == [
        "Catalog ItemCatalog 1",
        "Examples BehaviourExampleGen 2",
        "Model Trainer 2",
        "ModelEvaluation Evaluator 2",
        "ModelBlessing Evaluator 2",
        "PushedModel Pusher 2",
    ]
    assert version == f"Version 18 lies in {past.root}/pushed/shop."
    shown = json.loads(runs("show", "2", "--json"))
    assert (shown["run"], shown["lineage"][0]["component"]) == (2, "ItemCatalog")


def test_two_runs_are_compared(runs):
    assert "run 1: pushed version 17\nrun 3: failed in Trainer" in runs("compare", "1", "3")
    assert json.loads(runs("compare", "1", "3", "--json"))["runs"] == [1, 3]


def test_what_would_be_removed_is_told_and_stays(runs):
    told = runs("remove", "1", "--dry_run").splitlines()[0]
    assert told == "Runs 1: 6 artifacts, 600 bytes. 1 of their artifacts stay: something else uses them."
    assert json.loads(runs("remove", "1", "--dry_run", "--json"))["freed_bytes"] == 600
    error = runs("remove", "1", code=2)
    assert error == "tandem: runs remove asks before it removes; where nobody can answer give --yes, or --dry_run.\n"
    assert "18, which is the newest version and served." in runs("remove", "2", "--yes", code=1)
    assert len(json.loads(runs("--json"))) == 3


def test_with_yes_it_is_removed(past, runs):
    runs("remove", "1", "--yes")
    assert [line.split()[0] for line in runs().splitlines()] == ["run", "2", "3"]
    assert runs("show", "1", code=2) == f"tandem: there is no run 1 in {past.root}. There are: 2, 3.\n"


@pytest.mark.parametrize(("answer", "goes"), [("y", True), ("", False)])
def test_a_person_is_asked(answer, goes, runs, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    assert runs("remove", "1").endswith("Removed.\n" if goes else "Nothing is removed.\n")
    assert len(json.loads(runs("--json"))) == 3 - goes


def test_nothing_is_removed_while_a_run_goes_on(past, runs):
    last = RunStore(str(past.root)).runs[-1].steps[-1].id
    with recorded(PipelineConfig(root=str(past.root)), last):
        past.begin()
        past.step("BehaviourExampleGen", "unfinished")
        assert "running in BehaviourExampleGen" in runs()
        error = runs("remove", "1", "--yes", code=1)
    assert error == "tandem runs: run 4 is under way. Remove runs once it has ended.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show"], "runs show takes one run, by number; `tandem runs` lists them."),
        (["compare", "1"], "runs compare takes two runs, by number; `tandem runs` lists them."),
        (["remove"], "runs remove takes one run or more, by number; `tandem runs` lists them."),
        (["list", "1"], "runs list takes no run, by number; `tandem runs` lists them."),
    ],
)
def test_the_wrong_number_of_runs_is_told(arguments, message, runs):
    assert runs(*arguments, code=2) == f"tandem: {message}\n"


def test_a_root_without_runs_says_what_makes_them(runs, tmp_path):
    for folder in (tmp_path / "nowhere", tmp_path):
        error = runs("--root", folder, code=1)
        assert error == f"tandem runs: there are no runs yet in {folder}; `tandem run` makes them.\n"


CLEAN = ["--set", "retention.versions=2", "--set", "retention.runs=1"]


@pytest.fixture
def cleaned(past):
    """Three versions and two runs that have ended well: run 2, of which version 18 is, and run 4, of version 19."""
    config = PipelineConfig(name="shop", root=str(past.root))
    steps = RunStore(str(past.root)).runs
    for last in (steps[0].steps[-1].id, steps[-1].steps[-1].id):
        with recorded(config, last) as record:
            record.report = {"models": {}}
    past.begin()
    (model,) = past.step("Trainer", outputs=["Model"])
    past.push(model, "19")
    return past


def test_what_retention_does_not_keep_is_told_and_then_removed(cleaned, runs):
    folder = cleaned.root / "pushed" / "shop"
    told = runs("clean", *CLEAN, "--dry_run")
    assert told.startswith(f"To remove: 1 version of {folder}: 17; 5 bytes.\n") and (folder / "17").exists()
    found = json.loads(runs("clean", *CLEAN, "--dry_run", "--json"))
    assert found["versions"] == {str(folder): ["17"]} and found["freed_bytes"] == 5 + 100 * len(found["removed"])
    error = runs("clean", *CLEAN, code=2)
    assert error == "tandem: runs clean asks before it removes; where nobody can answer give --yes, or --dry_run.\n"
    told = runs("clean", *CLEAN, "--yes")
    assert told.startswith(f"Removed 1 version of {folder}: 17; ") and not (folder / "17").exists()
    assert not any((cleaned.root / each).exists() for each in found["removed"])
    assert runs("clean", *CLEAN, "--yes") == "There is nothing to remove.\n"
    assert len(json.loads(runs("--json"))) == 4


def test_a_person_is_asked_before_it_is_cleaned(cleaned, runs, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: "n")
    assert runs("clean", *CLEAN).endswith("\nNothing is removed.\n")
    assert (cleaned.root / "pushed" / "shop" / "17").exists()


def test_what_a_stopped_cleaning_left_goes_with_the_next_but_not_with_a_look(past, runs):
    left = past.root / "pushed" / "shop" / "being_removed-16"
    left.mkdir()
    assert runs("clean", *CLEAN, "--dry_run") == "There is nothing to remove.\n" and left.exists()
    assert runs("clean", *CLEAN) == "There is nothing to remove.\n" and not left.exists()


def test_cleaning_goes_by_a_configuration_that_does_not_keep_everything(past, runs):
    assert "the configuration keeps everything. Set `retention.versions`" in runs("clean", code=2)
    told = runs("clean", *CLEAN, "--root", past.root, code=2)
    assert told == "tandem: runs clean goes by a configuration, which names the folders of versions: give --config.\n"


def test_versions_of_a_cluster_go_without_any_runs_on_this_machine(tmp_path, tandem, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text("name: shop\nroot: mounted\ndata: {events: a.tsv}\n")
    for version in ("7", "8", "9"):
        folder = tmp_path / "mounted" / "pushed" / "shop" / version
        folder.mkdir(parents=True)
        (folder / "saved_model.pb").write_bytes(b"graph")
    tandem("runs", "clean", "--config", "shop.yaml", *CLEAN, "--yes")
    assert sorted(path.name for path in folder.parent.iterdir()) == ["8", "9"]


def test_what_became_of_a_version_is_shown(past, runs):
    folder = past.root / "pushed" / "shop"
    assert f"Version 17 lies in {folder}." in runs("show", "1")
    roll_back(str(folder), "17")
    assert f"Version 18 was rolled back, from {folder}." in runs("show", "2")
    shutil.rmtree(folder / "17")
    assert f"Version 17 is no longer in {folder}." in runs("show", "1")
