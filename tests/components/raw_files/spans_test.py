import re

import pytest

from components.raw_files import spans
from components.raw_files.refusal import DataError
from components.raw_files.spans import newest

DAYS = [f"logs/{day}/{part}.tsv" for day in ("20260130", "20260131", "20260202") for part in "ab"]


@pytest.mark.parametrize(
    ("pattern", "paths", "kept"),
    [
        # All spans, in the order of their numbers.
        ("l/{SPAN}.tsv", ["l/10.tsv", "l/9.tsv", "l/latest.tsv"], {"l/9.tsv": 9, "l/10.tsv": 10}),
        # Of each span the newest version.
        (
            "d/{SPAN}/v{VERSION}/*.tsv",
            ["d/1/v1/e.tsv", "d/1/v10/e.tsv", "d/1/v9/e.tsv", "d/2/v1/e.tsv", "d/2/v1/f.tsv"],
            {"d/1/v10/e.tsv": 1, "d/2/v1/e.tsv": 2, "d/2/v1/f.tsv": 2},
        ),
        # A span may stand in several places and is the same in all.
        ("{SPAN}/events-{SPAN}.tsv", ["3/events-3.tsv", "3/events-4.tsv"], {"3/events-3.tsv": 3}),
        # Wildcards mean what they mean in a glob.
        ("x/[!b]?-{SPAN}.tsv", ["x/a1-5.tsv", "x/b1-6.tsv", "x/a22-7.tsv", "y/z/a1-8.tsv"], {"x/a1-5.tsv": 5}),
        ("**1-{SPAN}.tsv", ["x/a1-5.tsv", "x/a22-7.tsv", "y/z/a1-8.tsv"], {"x/a1-5.tsv": 5, "y/z/a1-8.tsv": 8}),
    ],
)
def test_files_with_their_spans(pattern, paths, kept):
    assert list(newest(paths, pattern, "data.events").items()) == list(kept.items())


def test_a_rolling_window_counts_spans_that_are_there_and_none_is_refused():
    assert list(newest(DAYS, "logs/{SPAN}/*.tsv", "data.events", last_spans=2)) == DAYS[2:]
    assert list(newest(DAYS, "logs/{SPAN}/*.tsv", "data.events", last_spans=7)) == DAYS
    message = (
        "data.events = d/{SPAN}.tsv: none of 1 files has a number in this place; the first is d/today.tsv. Correct"
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}"):
        newest(["d/today.tsv"], "d/{SPAN}.tsv", "data.events")


def test_a_path_matches_a_pattern_by_its_text():
    matching = [("a/b.csv", "a/b.csv"), ("x/a1.csv", "x/[ab]?.csv"), ("d/12/v3/e.csv", "d/{SPAN}/v{VERSION}/*")]
    matching += [("a[1].csv", "a[1].csv"), ("a[1].csv", "a[[]1].csv"), ("d/1/d1.csv", "d/{SPAN}/d{SPAN}.csv")]
    assert all(spans.matches(path, pattern) for path, pattern in matching)
    others = [("x/c1.csv", "x/[ab]?.csv"), ("x/y/a.csv", "x/*.csv"), ("d/1/d2.csv", "d/{SPAN}/d{SPAN}.csv")]
    others += [("x/a.csv", "x/[!a].csv"), ("x/a.csvx", "x/*.csv")]
    assert not any(spans.matches(path, pattern) for path, pattern in others)


@pytest.mark.filterwarnings("error")
def test_a_folder_with_brackets_is_no_class(tmp_path):
    (tmp_path / "days [v2]").mkdir()
    pattern = f"{tmp_path}/days [v2]/{{SPAN}}/e[12].csv"
    paths = [f"{tmp_path}/days [v2]/{day}/e{part}.csv" for day in (9, 10) for part in (1, 3)]
    assert newest(paths, pattern, "data.events") == {paths[0]: 9, paths[2]: 10}
