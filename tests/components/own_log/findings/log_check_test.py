import dataclasses
from pathlib import Path

import pytest

from components.own_log.findings.log_check import check_log
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns, UserColumns
from components.sources.log_sources import EventSource
from schemas.canonical_event import Surface
from tests.support import fixed_benchmark

NOW_MS = 1_800_000_000_000
START = 1_700_000_000_000
HEADER = "user_id,timestamp_ms,surface,query,item_id\n"
ITEMS = "item_id,title,categories\n" + "".join(f"i{item},red mug,Home|Mugs\n" for item in range(150))


def rows(users=60, each=24, start=START, step=1000):
    return [
        f"u{user},{start + place * step},{('recommendation', 'search')[place % 2]},"
        f"{'mug' if place % 2 else ''},i{(user + place) % 150}\n"
        for user in range(users)
        for place in range(each)
    ]


@pytest.fixture
def log(tmp_path):
    (tmp_path / "events.csv").write_text(HEADER + "".join(rows()))
    (tmp_path / "items.csv").write_text(ITEMS)
    return DataConfig(path=str(tmp_path), events="events.csv", items="items.csv")


def codes(check):
    return [each.code for each in check.findings]


def test_a_good_log_is_read_and_nothing_is_found(log):
    check = check_log(log, NOW_MS, rows=0)
    assert check.findings == [] and check.is_good and check.whole
    told = check.as_dict()
    assert (told["events"], told["users"], told["items"]) == (1440, 60, 83)
    assert told["by_surface"] == told["engaged"] == {"recommendation": 720, "search": 720}
    assert told["examples"]["train"] == {"recommendation": 600, "search": 600}
    assert (told["first_day"], told["last_day"]) == ("2023-11-14", "2023-11-14")
    files = [(each["kind"], each["rows"], each["whole"]) for each in told["files"]]
    assert files == [("item", 150, True), ("event", 1440, True)]


def test_a_source_with_candidates_of_its_own_is_not_told_to_draw_them_from_histories(log, tmp_path):
    """Two of its eight engagements are with u1's first item again. Of the log, all comes again later."""
    header, *events = fixed_benchmark.EVENTS
    again = [(*row[:4], "a" if row[0] == "u1" and row[4] in "bc" else row[4], *row[5:]) for row in events]
    folder = fixed_benchmark.write_benchmark(tmp_path / "benchmark", [header, *again])
    check = check_log(DataConfig(source="fixed_benchmark", events=folder), NOW_MS)
    assert check.tally.share_engaged_again == 0.25 and "engaged_again" not in codes(check)
    (tmp_path / "events.csv").write_text(HEADER + "".join([*rows(), *rows(start=START + 1_000_000)]))
    check = check_log(log, NOW_MS, rows=0)
    assert codes(check)[-1:] == ["engaged_again"] and check.as_dict()["engaged_again"] == 1440


def test_what_is_missing_is_told_and_the_rest_is_read(log):
    check = check_log(dataclasses.replace(log, items="nowhere.csv"), NOW_MS, rows=100)
    assert codes(check) == ["missing_file"] and not check.is_good
    # Only the first rows are read; what a user's later events would have shown is not told.
    assert (check.tally.events, check.whole) == (100, False)
    unknown = check_log(DataConfig(source="kuaishou", events="x.csv"), NOW_MS)
    assert codes(unknown) == ["wrong_source"] and unknown.files == []


def test_a_wrong_unit_of_time_is_told_once_and_not_by_the_rows_that_it_spoils(log, tmp_path):
    (tmp_path / "events.csv").write_text(HEADER + "".join(rows(start=START * 1000)))
    microseconds = check_log(log, NOW_MS, rows=0)
    assert codes(microseconds) == ["time_in_microseconds"]
    assert microseconds.files[1].reasons == {"future time": 1440}
    (tmp_path / "events.csv").write_text(HEADER + "".join(rows(start=START // 1000, step=1)))
    assert codes(check_log(log, NOW_MS, rows=0)) == ["time_in_seconds"]
    told = dataclasses.replace(log, columns=EventColumns(time_unit="s"))
    assert codes(check_log(told, NOW_MS, rows=0)) == []


def test_text_items_ids_and_queries_in_the_feed_are_looked_at(log, tmp_path):
    feed = HEADER + "".join(row.replace("search", "recommendation") for row in rows())
    (tmp_path / "events.csv").write_text(feed + HEADER)
    (tmp_path / "items.csv").write_text("item_id,title,categories\n" + "x,mug,Home > Mugs\n")
    found = {each.code: each for each in check_log(log, NOW_MS, rows=0).findings}
    assert {*found} == {
        *("ids_do_not_meet", "unparsable_time", "query_in_the_feed", "no_search", "one_category", "few_items")
    }
    # The header stands below the lines that are looked at as text; as a row it is refused all the same.
    assert found["unparsable_time"].row == 1442
    assert found["query_in_the_feed"].text.startswith(
        "500 of the first 1,000 events are of the surface `recommendation`"
    )


def test_made_queries_count_as_searches(tmp_path):
    review = '{{"reviewerID": "u{n}", "asin": "a{n}", "unixReviewTime": 1400000000}}\n'
    item = '{{"asin": "a{n}", "title": "mug", "categories": [["Home", "Mugs"]]}}\n'
    for name, row in (("reviews.json", review), ("meta.json", item)):
        (tmp_path / name).write_text("".join(row.format(n=n) for n in range(40)))
    config = DataConfig(source="amazon_reviews", path=str(tmp_path), events="reviews.json", items="meta.json")
    tally = check_log(config, NOW_MS).tally
    assert tally.by_surface[Surface.SEARCH] + tally.by_surface[Surface.RECOMMENDATION] == 40
    assert 10 < tally.by_surface[Surface.SEARCH] < 30


def test_a_benchmark_is_read_with_its_candidates(tmp_path):
    folder = fixed_benchmark.write_benchmark(tmp_path)
    config = DataConfig(source="fixed_benchmark", events=folder, evaluation_negatives=2)
    check = check_log(config, NOW_MS)
    read = [(each.kind, each.rows, each.refused) for each in check.files]
    assert read == [("item", 9, 0), ("event", 8, 0), *[("candidate", 1, 0)] * 4]
    assert check.as_dict()["examples"] == {
        "train": {"recommendation": 1, "search": 2},
        "validation": {"recommendation": 1, "search": 1},
        "test": {"recommendation": 2, "search": 1},
    }
    more_negatives = check_log(dataclasses.replace(config, evaluation_negatives=3), NOW_MS)
    assert codes(more_negatives).count("unreadable_file") == 4


def test_progress_is_told(log, tmp_path):
    told = []
    (tmp_path / "events.csv").write_text(HEADER + "".join(rows(users=50_000, each=1)))
    check_log(log, NOW_MS, rows=0, progress=lambda path, read: told.append((Path(path).name, read)))
    assert told == [("events.csv", 50_000)]


def test_with_several_logs_findings_name_the_entry(log, tmp_path):
    (tmp_path / "late.csv").write_text(HEADER + "".join(rows(users=2)) + "u1,9900000000000,recommendation,,i1\n")
    sources = tuple(EventSource(name) for name in ("events.csv", "late.csv"))
    check = check_log(dataclasses.replace(log, events="", sources=sources), NOW_MS, rows=0)
    (late,) = (each for each in check.findings if each.code == "future_time")
    assert "as data.sources[1].columns.time_unit says?" in late.text
    assert "Is the unit right (data.sources[1].columns.time_unit: s, ms, us or ns)?" in late.mend


def test_a_missing_column_of_weights_is_named(log):
    columns = EventColumns(weight="seconds")
    (finding,) = check_log(dataclasses.replace(log, columns=columns), NOW_MS).findings
    assert (finding.code, finding.field) == ("missing_column", "data.columns.weight")


def test_users_that_the_table_of_users_lacks_are_found(log, tmp_path):
    (tmp_path / "users.csv").write_text("user_id,age\n" + "".join(f"u{user},7\n" for user in range(30)))
    with_users = dataclasses.replace(log, users="users.csv", user_columns=UserColumns(attributes=("age",)))
    (finding,) = check_log(with_users, NOW_MS, rows=0).findings
    assert (finding.code, finding.count) == ("users_do_not_meet", 30)
    # More rows of the table are read than of the log: the first 1,000 rows of the log have 42 users.
    (tmp_path / "users.csv").write_text("user_id,age\n" + "".join(f"u{user},7\n" for user in range(-2000, 60)))
    assert check_log(with_users, NOW_MS, rows=1000).findings == []
    # A robot is left out, so nobody asks what is known of it.
    (tmp_path / "users.csv").write_text("user_id,age\n" + "".join(f"u{user},7\n" for user in range(1, 60)))
    more = "".join(f"u0,{START + place},recommendation,,i1\n" for place in range(100))
    (tmp_path / "events.csv").write_text(HEADER + "".join(rows()) + more)
    for limit, expected in ((0, ["users_do_not_meet"]), (50, ["robots"])):
        check = check_log(dataclasses.replace(with_users, max_events_per_user_day=limit), NOW_MS, rows=0)
        assert [code for code in codes(check) if code != "out_of_order"] == expected
