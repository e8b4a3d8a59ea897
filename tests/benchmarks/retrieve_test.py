import importlib.util

from benchmarks import retrieve

SMALL = ["--items", "40", "300", "--k", "5", "--dim", "4", "--steps", "2"]


def test_every_size_and_batch_is_measured(report_of, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    report = report_of(retrieve.main, *SMALL)
    measured = [(row["items"], row["index"], row["requests"]) for row in report["retrieval"]]
    assert measured == [(items, "brute_force", batch) for items in (40, 300) for batch in (1, 32)]
    for row in report["retrieval"]:
        assert row["recall"] == 1
        assert abs(row["requests_per_second"] * row["milliseconds"] / 1e3 - row["requests"]) < 1e-6
    assert report["left_out"] == {"scann": "the package scann is not installed"}
    assert [row["items"] for row in report["indexing"]] == [40, 300]
