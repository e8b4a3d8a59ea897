import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from components.raw_files.read_files import FAILURES, REJECTS, CombineReport, ReadFiles, ReadingReport, report
from components.raw_files.refusal import DataError, Reject
from tests.support.raw_files import make_pipeline

GOOD = ReadingReport(1)
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


def test_no_files_make_an_empty_report():
    with make_pipeline() as pipeline:
        found = pipeline | ReadFiles([], read)
        assert_that(report("All", found[None], found[REJECTS], found[FAILURES]), equal_to([ReadingReport()]))


def test_a_report_counts_reasons_and_keeps_the_first():
    combine = CombineReport()
    halves = []
    for half in ([GOOD, BAD[5], BAD[1], "z failed"], [BAD[3], BAD[0], GOOD, BAD[4], BAD[2], "a failed"]):
        accumulator = combine.create_accumulator()
        for each in half:
            accumulator = combine.add_input(accumulator, each)
        halves.append(accumulator)
    total = combine.extract_output(combine.merge_accumulators(halves))
    assert total == ReadingReport(8, {"x": 5, "y": 1}, tuple(BAD[:5]), ("a failed", "z failed"))
    assert total.rejects == 6


def check(made):
    made.check("event", "data.events = log.tsv", 0.5, "rejects")


def test_good_rows_pass():
    check(ReadingReport(2, {"x": 1}, (BAD[0],)))


def test_failures_come_first():
    with pytest.raises(DataError, match="^a failed\nb failed$"):
        check(ReadingReport(1, {"x": 1}, (BAD[0],), ("a failed", "b failed")))


def test_no_rows():
    with pytest.raises(DataError, match="^data.events = log.tsv: holds no events. The files have a header and nothing"):
        check(ReadingReport())


def test_too_many_rejects():
    with pytest.raises(DataError, match="^1 of 1 event rows"):
        check(ReadingReport(1, {"x": 1}, (BAD[0],)))


def test_a_report_survives_beam():
    with make_pipeline() as pipeline:
        made = pipeline | beam.Create([BAD[0], GOOD]) | beam.CombineGlobally(CombineReport())
        assert_that(made, equal_to([ReadingReport(2, {"x": 1}, (BAD[0],))]))
