from pathlib import Path

import pytest

from tests.support.finished_runs import finish, report
from tests.support.own_process import python
from tests.support.past_runs import PastRuns


@pytest.fixture
def past(tmp_path, monkeypatch):
    """Run 1 has finished, and run 2 failed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text("name: shop\ndata: {events: a.tsv}\n")
    past = PastRuns(tmp_path / "runs" / "shop")
    finish(past, report())
    past.begin()
    past.step("Trainer", "failed")
    return past


@pytest.fixture
def write(past, tandem):
    """Calls `tandem report`; returns what it printed, on standard error where it did not succeed."""

    def call(*arguments, code=0):
        printed = tandem("report", *arguments, "--config", "shop.yaml", code=code)
        return printed.err if code else printed.out

    return call


def test_the_newest_finished_run_is_reported_and_the_place_told(past, write):
    path = past.root / "reports" / "run_1.html"
    assert write() == f"The report of run 1 is in {path}\n"
    assert path.read_text().startswith("<!DOCTYPE html>")


def test_a_run_and_a_file_may_be_named(past, write):
    finish(past, report(), version="18")
    assert write("1", "--out", "new/one.html") == "The report of run 1 is in new/one.html\n"
    assert write() == f"The report of run 3 is in {past.root}/reports/run_3.html\n"


def test_the_card_is_written_if_it_is_asked_for(past, write):
    path = past.root / "reports" / "run_1.html"
    told = f"The report of run 1 is in {path}\nThe card of its models is in my cards/shop.md\n"
    assert write("--card", "my cards/shop.md") == told
    assert "# Model card: shop, run 1\n" in Path("my cards/shop.md").read_text()


def test_a_card_is_of_one_run(past, write):
    finish(past, report(), version="18")
    assert write("1", "3", "--card", "card.md", code=2) == "tandem: --card is of one run; name one.\n"


def test_several_runs_are_one_file(past, write):
    finish(past, report(), version="18")
    assert write("1", "3") == f"The report of runs 1 and 3 is in {past.root}/reports/run_1_3.html\n"


def test_a_file_that_cannot_be_written_is_told(past, write):
    path = past.root / "reports" / "run_1.html"
    path.mkdir()
    assert write(code=1) == f"tandem report: the report cannot be written to {path}: Is a directory.\n"


def test_with_lists_the_model_is_asked(past, write):
    write()
    page = past.root / "reports" / "run_1.html"
    assert "ranked lists" not in page.read_text()
    write("--lists", "20")
    # This one has left no model.
    assert "The model or its examples are gone, so there are no ranked lists." in page.read_text()


def test_an_unknown_run_and_one_that_has_not_finished_are_told(past, write):
    assert write("9", code=2) == f"tandem: there is no run 9 in {past.root}. There are: 1, 2.\n"
    assert write("2", code=1) == "tandem report: run 2 has no report: it failed in Trainer.\n"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("page.txt", "--out page.txt: give a file that ends in .html."),
        ("folder.html", "--out folder.html: is a folder; give the file, such as folder.html/report.html."),
    ],
)
def test_a_file_that_cannot_be_written_is_told_first(path, told, write, tmp_path):
    (tmp_path / "folder.html").mkdir()
    assert write("--out", path, code=1) == f"tandem report: {told}\n"


def test_a_root_without_runs_says_what_makes_them(write, tmp_path):
    error = write("--set", "root=nowhere", code=1)
    assert error == f"tandem report: there are no runs yet in {tmp_path}/nowhere; `tandem run` makes them.\n"


def test_neither_tensorflow_nor_tfx_is_imported(past, tmp_path):
    code = """
        import sys
        from tfx_pipeline.cli.main import main
        assert main(["report", "--config", "shop.yaml"]) == 0
        print({"apache_beam", "keras", "tensorflow", "tfx"} & sys.modules.keys())
        """
    assert python(code, cwd=tmp_path).stdout.splitlines()[-1] == "set()"
