import json

import pytest

from components.raw_files.fingerprint import fingerprint
from components.sources.data_config import DataConfig
from tests.support.finished_runs import finish, report
from tests.support.html_tables import table_rows
from tests.support.past_runs import PastRuns
from tests.support.raw_files import write
from tfx_pipeline.past_runs.finished_run import finished_runs
from tfx_pipeline.report_page.data_part import examples_part, log_part

EVIL = "<script>\u202e\x1b[31m"
DAY = 24 * 3600 * 1000
EVENTS = [
    # user, day, surface, query, session, item
    ("7", 1, "recommendation", "", "", "b"),
    ("7", 2, "search", "red", "s1", "c"),
    ("7", 3, "recommendation", "", "", "a"),
    ("8", 3, "recommendation", "", "", "a"),
    ("8", 4, "search", EVIL, "s2", "a"),
    ("8", 5, "search", "red", "s3", ""),
]


@pytest.fixture
def run(tmp_path):
    """A run that read a log of two users."""
    rows = [(user, (20_000 + day) * DAY, *others) for user, day, *others in EVENTS]
    lines = [
        ",".join(map(str, row))
        for row in [("user_id", "timestamp_ms", "surface", "query", "session_id", "item_id"), *rows]
    ]
    write(tmp_path / "events.csv", "\n".join(lines) + "\n")
    write(tmp_path / "items.csv", f"item_id,title\na,{EVIL}\nb,BEE\nc,CAT\nd,DOG\n")
    config = DataConfig(path=str(tmp_path), events="events.csv", items="items.csv")
    digest = fingerprint(lambda: [f"{tmp_path}/events.csv", f"{tmp_path}/items.csv"])
    past = PastRuns(tmp_path / "shop")
    finish(past, report(), log=(config, digest))
    return finished_runs(str(past.root))[0]


def test_examples_and_what_was_refused_are_counted(run):
    html = examples_part(run)
    assert table_rows(html, "Examples")[1:] == [
        ["train", "600", "to train"],
        ["validation", "80", "to choose the epoch"],
        ["test", "90", "to measure"],
    ]
    assert table_rows(html, "Refused rows")[1:] == [["event rows", "refused", "no user", "3", "750"]]
    assert "No row" not in html


def test_what_was_left_out_and_converted_is_told_once_and_escaped(run):
    rows = {"rows": 9, "reasons": {}, "left_out": {EVIL: 2}, "converted": {"time in seconds": [4, EVIL]}}
    for component in ("ItemCatalog", "BehaviourExampleGen"):
        path = run.folder(component, "rejects") / "summary.json"
        path.write_text(json.dumps({"counts": {"train": 1}, "reports": {"event": rows}}))
    html = examples_part(run)
    assert table_rows(html, "Refused rows")[1:] == [
        ["event rows", "left out, as told", "<script>\\u202e\\x1b[31m", "2", "9"],
        ["event rows", "read otherwise", "time in seconds, such as <script>\\u202e\\x1b[31m", "4", "9"],
    ]
    assert "<script>" not in html
    path.write_text(
        json.dumps({"counts": {"train": 1}, "reports": {"event": {**rows, "left_out": {}, "converted": {}}}})
    )
    assert "No row of the log was refused." in examples_part(run)


def test_the_log_is_described_as_tandem_data_does(run):
    html = log_part(run)
    counts = {name: numbers for name, *numbers in table_rows(html, "Counts")}
    assert counts["events"] == ["6", "3", "3"] and counts["engagements"] == ["5", "3", "2"]
    assert (
        counts["users"][0] == "2" and counts["items"][0] == "4" and counts["items that nobody engaged with"][0] == "1"
    )
    # 7: feed, search, feed. 8: feed, search, search.
    assert table_rows(html, "Transitions") == [
        ["from", "to search", "to recommendation"],
        ["search", "1 (50.0%)", "1 (50.0%)"],
        ["recommendation", "2 (100.0%)", "0 (0.0%)"],
    ]
    assert table_rows(html, "Histories")[1] == ["events", "3", "3", "3", "3", "3"]
    assert table_rows(html, "Top items")[1] == ["a", "<script>\\u202e\\x1b[31m", "3"]
    assert "From 2024-10-05 to 2024-10-09; " in html
    assert "Scripts of the searches&#x27; queries: Latin (100.0%)." in html


def test_a_log_of_more_rows_than_may_be_read_is_not_read(run):
    assert "Counts" in log_part(run, most_rows=750)
    html = log_part(run, most_rows=749)  # The run's components counted 750 rows.
    assert "The log has 750 rows." in html and "<code>tandem report</code>" in html and "Counts" not in html


def test_queries_are_escaped_and_keep_to_themselves(run):
    html = log_part(run)
    assert table_rows(html, "Top queries")[1:] == [["red", "2", "50%"], ["<script>\\u202e\\x1b[31m", "1", "100%"]]
    assert "<bdi>red</bdi>" in html and "<bdi>&lt;script&gt;\\u202e\\x1b[31m</bdi>" in html
    assert not [each for each in ("<script>", "\u202e", "\x1b") if each in html]


def test_days_have_bars_of_both_surfaces(run):
    html = log_part(run)
    assert (
        "<title>2024-10-07: recommendation 2, search 0</title>" in html
        and "<title>2024-10-09: recommendation 0, search 1</title>" in html
    )
    assert "<title>2024-10-05: users 1</title>" in html and "<title>2024-10-07: users 1</title>" in html


def test_a_log_that_has_changed_is_not_described(run, tmp_path):
    write(tmp_path / "items.csv", "item_id,title\na,ANT\n")
    assert "The log is not there any more as the run read it" in log_part(run)
    (tmp_path / "events.csv").unlink()
    assert "The log is not there any more as the run read it" in log_part(run)


def test_counts_that_are_gone_are_told(run):
    (run.folder("ItemCatalog", "rejects") / "summary.json").unlink()
    assert table_rows(examples_part(run), "Examples")[1:][0] == ["train", "600", "to train"]
    for component in ("ItemCatalog", "BehaviourExampleGen"):
        folder = run.folder(component, "rejects")
        folder.rename(folder.with_name("gone"))
    html = examples_part(run)
    assert "<p>The counts of examples and of refused rows are not there any more.</p>" in html
    assert "No row" not in html


def relative(tmp_path, monkeypatch, path):
    """A run that was called in a folder, from where its log has a relative path."""
    (tmp_path / "a shop").mkdir()
    monkeypatch.chdir(tmp_path / "a shop")
    for name in ("events.csv", "items.csv"):
        (tmp_path / "a shop" / path).mkdir(exist_ok=True)
        (tmp_path / name).rename(tmp_path / "a shop" / path / name)
    config = DataConfig(path=path, events="events.csv", items="items.csv")
    digest = fingerprint(lambda: [str(tmp_path / "a shop" / path / name) for name in ("events.csv", "items.csv")])
    past = PastRuns(tmp_path / "relative")
    finish(past, report(), log=(config, digest))
    return past


@pytest.mark.parametrize("path", ["", "data"])
def test_a_log_with_a_relative_path_is_found_from_any_folder(path, run, tmp_path, monkeypatch):
    past = relative(tmp_path, monkeypatch, path)
    here = log_part(finished_runs(str(past.root))[0])
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert log_part(finished_runs(str(past.root))[0]) == here and table_rows(here, "Counts")
    # What other runs are told of, and what a cache is found by, has no folder in it.
    (artifact,) = [step.properties["data_config"] for step in finished_runs(str(past.root))[0].steps("ItemCatalog")]
    assert str(tmp_path) not in artifact


def test_a_log_that_was_moved_is_found_from_where_it_is_now(run, tmp_path, monkeypatch):
    past = relative(tmp_path, monkeypatch, "data")
    (tmp_path / "a shop" / "data").rename(tmp_path / "data")
    html = log_part(finished_runs(str(past.root))[0])
    assert "Left out are its counts, its events by day, transitions" in html
    assert f"The run was in {tmp_path}/a shop." in html and "<code>tandem report</code> in the folder" in html
    monkeypatch.chdir(tmp_path)
    assert table_rows(log_part(finished_runs(str(past.root))[0]), "Counts")
