"""How files are read. What is told if nothing can be made of them stands in `generation_test.py`."""

import apache_beam as beam
from apache_beam.testing.util import assert_that, equal_to

from components.raw_files.read_files import FAILURES, REJECTS, CombineReport, ReadFiles, ReadingReport, report
from components.raw_files.refusal import DataError, Reject
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


def test_a_report_counts_reasons_and_keeps_the_first():
    observed = [*BAD[::-1], ReadingReport(2), "z failed", "a failed", "a failed"]
    with make_pipeline() as pipeline:
        made = pipeline | beam.Create(observed) | beam.CombineGlobally(CombineReport())
        expected = ReadingReport(8, {"x": 5, "y": 1}, tuple(BAD[:5]), ("a failed", "z failed"))
        assert_that(made, equal_to([expected]))
    assert expected.rejects == 6
