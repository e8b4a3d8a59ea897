import json

import pytest

from tests.support.past_runs import PastRuns
from tfx_pipeline.cli.main import main
from tfx_pipeline.past_runs.run_store import RunStore


@pytest.fixture
def past(tmp_path, monkeypatch):
    """Run 1 is pushed, run 2 is pushed after it, and run 3 failed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text("name: shop\ndata: {events: a.tsv}\n")
    past = PastRuns(tmp_path / "runs" / "shop")
    for version in ("17", "18"):
        past.begin()
        (examples,) = past.step("BehaviourExampleGen", outputs=["Examples"])
        (model,) = past.step("Trainer", inputs=[examples], outputs=["Model"])
        past.push(model, version)
    past.begin()
    past.step("BehaviourExampleGen", "cached", outputs=[examples])
    past.step("Trainer", "failed", inputs=[examples])
    return past


@pytest.fixture
def tandem(past, capsys):
    def call(*arguments, code=0):
        assert main(["runs", *arguments, "--config", "shop.yaml"]) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    return call


def test_the_runs_of_the_configuration_are_listed(tandem):
    lines = tandem().splitlines()
    assert [line.split()[0] for line in lines] == ["run", "1", "2", "3"]
    ends = ["outcome", "pushed version 17", "pushed version 18", "failed in Trainer"]
    assert all(line.endswith(f"  {end}") for line, end in zip(lines, ends, strict=True))
    listed = json.loads(tandem("list", "--json"))
    assert [each["outcome"] for each in listed] == ["pushed", "pushed", "failed"]


def test_roots_may_be_named_one_or_many(past, tandem, tmp_path):
    other = PastRuns(tmp_path / "runs" / "books")
    other.begin()
    other.step("Trainer")
    (tmp_path / "runs" / "notes").mkdir()
    text = tandem("--root", "runs")
    assert text.index("runs/books\nrun") < text.index("runs/shop\nrun")
    assert len(json.loads(tandem("--root", "runs/books", "--json"))) == 1
    error = tandem("show", "1", "--root", "runs", code=2)
    assert error == "tandem: --root runs holds several pipelines. Give one: runs/books, runs/shop.\n"


def test_one_run_is_shown(tandem):
    assert tandem("show", "--root", "runs/shop", "2").startswith("Run 2 of ")
    shown = json.loads(tandem("show", "2", "--json"))
    assert shown["run"] == 2 and [each["component"] for each in shown["lineage"]] == [
        "BehaviourExampleGen",
        "Trainer",
        "Pusher",
    ]


def test_two_runs_are_compared(tandem):
    assert "run 1: pushed version 17\nrun 3: failed in Trainer" in tandem("compare", "1", "3")
    assert json.loads(tandem("compare", "1", "3", "--json"))["runs"] == [1, 3]


def test_what_would_be_removed_is_told_and_stays(past, tandem):
    told = tandem("remove", "1", "--dry_run")
    assert told.splitlines()[0] == "Runs 1: 3 artifacts, 300 bytes."
    assert json.loads(tandem("remove", "1", "--dry_run", "--json"))["freed_bytes"] == 300
    assert not RunStore(str(past.root)).runs[0].is_removed


def test_with_yes_it_is_removed(past, tandem):
    tandem("remove", "1", "--yes")
    assert [line.split()[0] for line in tandem().splitlines()] == ["run", "2", "3"]
    assert tandem("show", "1", code=2) == f"tandem: there is no run 1 in {past.root}. There are: 2, 3.\n"


@pytest.mark.parametrize(("answer", "is_removed"), [("y", True), ("", False)])
def test_a_person_is_asked(answer, is_removed, past, tandem, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    told = tandem("remove", "1")
    assert told.endswith("Removed.\n" if is_removed else "Nothing is removed.\n")
    assert RunStore(str(past.root)).runs[0].is_removed == is_removed


def test_nothing_is_removed_unasked(past, tandem):
    error = tandem("remove", "1", code=2)
    assert error == "tandem: runs remove asks before it removes; where nobody can answer give --yes, or --dry_run.\n"
    assert not RunStore(str(past.root)).runs[0].is_removed


def test_what_is_served_is_not_removed(tandem):
    assert "18, which is the newest version and served." in tandem("remove", "2", "--yes", code=1)


def test_nothing_is_removed_while_a_run_goes_on(past, tandem):
    from tfx_pipeline.config.pipeline_config import PipelineConfig
    from tfx_pipeline.past_runs.run_record import recorded

    last = RunStore(str(past.root)).runs[-1].steps[-1].id
    with recorded(PipelineConfig(root=str(past.root)), last):
        past.begin()
        past.step("BehaviourExampleGen", "unfinished")
        assert "running in BehaviourExampleGen" in tandem()
        error = tandem("remove", "1", "--yes", code=1)
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
def test_the_wrong_number_of_runs_is_told(arguments, message, tandem):
    assert tandem(*arguments, code=2) == f"tandem: {message}\n"


def test_a_root_without_runs_says_what_makes_them(tandem, tmp_path):
    for folder in (tmp_path / "nowhere", tmp_path):
        error = tandem("--root", str(folder), code=1)
        assert error == f"tandem runs: there are no runs yet in {folder}; `tandem run` makes them.\n"
