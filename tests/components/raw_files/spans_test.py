import pytest

from components.raw_files.refusal import DataError
from components.raw_files.spans import newest


def test_all_spans_in_order_of_their_numbers():
    paths = ["logs/10.tsv", "logs/9.tsv", "logs/latest.tsv"]
    assert newest(paths, "logs/{SPAN}.tsv", "data.events") == {"logs/9.tsv": 9, "logs/10.tsv": 10}
    assert list(newest(paths, "logs/{SPAN}.tsv", "data.events")) == ["logs/9.tsv", "logs/10.tsv"]


def test_a_rolling_window_counts_spans_that_are_there():
    paths = [f"logs/{day}/{part}.tsv" for day in ("20260130", "20260131", "20260202") for part in "ab"]
    kept = newest(paths, "logs/{SPAN}/*.tsv", "data.events", last_spans=2)
    assert list(kept) == paths[2:]
    assert newest(paths, "logs/{SPAN}/*.tsv", "data.events", last_spans=7).keys() == set(paths)


def test_of_each_span_the_newest_version():
    paths = ["d/1/v1/e.tsv", "d/1/v10/e.tsv", "d/1/v9/e.tsv", "d/2/v1/e.tsv", "d/2/v1/f.tsv"]
    kept = newest(paths, "d/{SPAN}/v{VERSION}/*.tsv", "data.events")
    assert kept == {"d/1/v10/e.tsv": 1, "d/2/v1/e.tsv": 2, "d/2/v1/f.tsv": 2}


def test_a_span_may_stand_in_several_places_and_is_the_same_in_all():
    paths = ["3/events-3.tsv", "3/events-4.tsv"]
    assert newest(paths, "{SPAN}/events-{SPAN}.tsv", "data.events") == {"3/events-3.tsv": 3}


def test_wildcards_mean_what_they_mean_in_a_glob():
    paths = ["x/a1-5.tsv", "x/b1-6.tsv", "x/a22-7.tsv", "y/z/a1-8.tsv"]
    assert newest(paths, "x/[!b]?-{SPAN}.tsv", "data.events") == {"x/a1-5.tsv": 5}
    assert set(newest(paths, "**1-{SPAN}.tsv", "data.events").values()) == {5, 6, 8}


def test_without_a_number_there_is_no_span():
    with pytest.raises(DataError, match=r"data\.events = d/\{SPAN\}\.tsv: of 1 files none has a number there"):
        newest(["d/today.tsv"], "d/{SPAN}.tsv", "data.events")
