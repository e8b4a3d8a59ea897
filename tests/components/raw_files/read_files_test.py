"""How files are read. What is told if nothing can be made of them stands in `generation_test.py`."""

import re

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from components.progress import heard_by
from components.raw_files.file_parts import FilePart
from components.raw_files.read_files import FAILURES, REJECTS, CombineReport, ReadFiles, ReadingReport, report
from components.raw_files.refusal import Converted, DataError, Reject
from components.raw_files.row import RecordBatch
from tests.support.raw_files import make_pipeline

BAD = [Reject("b", line, reason, "?") for line, reason in enumerate(["x", "y", "x", "x", "x", "x"], start=1)]


def read(path):
    if path == "broken":
        yield 1, "first"
        raise DataError("broken: is broken")
    yield from [(1, path + "1"), Reject(path, 2, "x", "?"), (3, path + "3")]


def test_rows_rejects_and_failures_are_told_apart():
    with make_pipeline() as pipeline:
        found = pipeline | ReadFiles(["a", "broken"], read)
        assert_that(found[None], equal_to([(0, 1, "a1"), (0, 3, "a3"), (1, 1, "first")]), "rows")
        assert_that(found[REJECTS], equal_to([Reject("a", 2, "x", "?")]), "rejects")
        assert_that(found[FAILURES], equal_to(["broken: is broken"]), "failures")
        expected = ReadingReport(4, {"x": 1}, (Reject("a", 2, "x", "?"),), ("broken: is broken",))
        assert_that(report("All", found[None], found[REJECTS], found[FAILURES]), equal_to([expected]), "report")
        none = pipeline | "None" >> ReadFiles([], read)
        empty = report("Empty", none[None], none[REJECTS], none[FAILURES])
        assert_that(empty, equal_to([ReadingReport()]), "empty report")


class Two(RecordBatch):
    def __len__(self):
        return 2


def test_a_batch_counts_as_its_rows():
    pair = Two()
    steps = []
    with heard_by(lambda progress, count: steps.append((progress.what, count))), make_pipeline() as pipeline:
        bad = Reject("a", 504, "x", "?")
        found = pipeline | ReadFiles(["a"], lambda _: [(1, pair), (3, "c"), *[(4, pair)] * 250, bad])
        expected = ReadingReport(504, {"x": 1}, (bad,))
        assert_that(report("All", found[None], found[REJECTS], found[FAILURES]), equal_to([expected]), "report")
    assert steps == [("rows read", 501)]


def test_parts_of_a_file_are_read_apart_and_counted_together():
    def read_part(path, part=None):
        start, end = (0, 10) if part is None else (part.start, part.end)
        yield from [(line, f"{path}{line}") for line in range(start, end)]
        yield Reject(path, end, "x", "?")

    def divide(path):
        if path == "gone":
            raise DataError("gone: cannot be opened")
        return [FilePart(0, 2, 0), FilePart(2, 5, 2)] if path == "big" else []

    with make_pipeline() as pipeline:
        found = pipeline | ReadFiles(["big", "small", "gone"], read_part, divide)
        whole = [(file, line, f"{path}{line}") for file, path in [(1, "small"), (2, "gone")] for line in range(10)]
        assert_that(found[None], equal_to([(0, line, f"big{line}") for line in range(5)] + whole), "rows")
        ends = [("big", 2), ("big", 5), ("small", 10), ("gone", 10)]
        assert_that(found[REJECTS], equal_to([Reject(path, end, "x", "?") for path, end in ends]), "rejects")


def test_a_report_counts_reasons_and_keeps_the_first():
    observed = [*BAD[::-1], ReadingReport(2), "z failed", "a failed", "a failed"]
    with make_pipeline() as pipeline:
        made = pipeline | beam.Create(observed) | beam.CombineGlobally(CombineReport())
        expected = ReadingReport(8, {"x": 5, "y": 1}, tuple(BAD[:5]), ("a failed", "z failed"))
        assert_that(made, equal_to([expected]))
    assert expected.rejects == 6


def test_rows_that_are_left_out_as_told_are_counted_once_a_file_and_are_no_refusals():
    def read_kinds(path):
        yield from [(line, f"{path}{line}") for line in (1, 2)]
        yield from [Reject(path, line, f"left out: page {path!r}", "", as_told=True) for line in range(3, 11)]
        yield from [Converted(path, 1, "ids as decimals", f"'{path}.0'", times=times) for times in (1, 2)]
        yield Reject(path, 11, "missing user", "?")

    expected = ReadingReport(
        22,
        {"missing user": 2},
        (Reject("a", 11, "missing user", "?"), Reject("b", 11, "missing user", "?")),
        left_out={"left out: page 'a'": 8, "left out: page 'b'": 8},
        converted={"ids as decimals": (6, "'a.0'")},
    )
    with make_pipeline() as pipeline:
        found = pipeline | ReadFiles(["a", "b"], read_kinds)
        assert_that(report("All", found[None], found[REJECTS], found[FAILURES]), equal_to([expected]), "report")
        told = (
            found[REJECTS] | beam.Filter(lambda each: isinstance(each, ReadingReport)) | beam.combiners.Count.Globally()
        )
        assert_that(told, equal_to([2]), "one a file")
    assert expected.told == [
        "16 of 22 rows left out as data.columns says: left out: page 'a' (8), left out: page 'b' (8)",
        "ids as decimals: 6, such as 'a.0'",
    ]
    # Two of the six rows that are left, not of all 22.
    expected.check("event", "data.events = x", 0.34, "folder")
    with pytest.raises(DataError, match="2 of 6 event rows"):
        expected.check("event", "data.events = x", 0.33, "folder")
    with pytest.raises(
        DataError, match=re.escape("data.events = x: all 3 rows are left out: left out: page 'a' (3). Do")
    ):
        ReadingReport(3, left_out={"left out: page 'a'": 3}).check("event", "data.events = x", 0.5, "folder")


def test_reasons_without_number_are_counted_together():
    many = ReadingReport(100, left_out={f"value {number:02}": 100 - number for number in range(100)})
    found = ReadingReport() + many + many
    assert len(found.left_out) == 30 and sum(found.left_out.values()) == 2 * sum(range(1, 101))
    assert (found.left_out["value 00"], found.left_out["value 28"]) == (200, 144)
    assert found.left_out["other values"] == 2 * sum(range(1, 72))
