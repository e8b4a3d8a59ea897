import re

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from components.raw_files.read_files import ReadingReport
from components.raw_files.refusal import DataError
from components.sources.unknown_ids import check_unknown, unknown_ids
from tests.support.raw_files import make_pipeline

ALIKE = "ids of items in the log that nearly agree with one of the table"


def test_a_log_is_compared_with_its_table():
    log, table = ["a", "00123", "B7", "z", "x9"], ["a", "123", "b7", "c", "c"]
    told = "'00123' in the log and '123' in the table, 'B7' in the log and 'b7' in the table"
    with make_pipeline() as pipeline:
        found = unknown_ids("item", pipeline | "L" >> beam.Create(log), pipeline | "T" >> beam.Create(table))
        totals = found.counts | beam.CombinePerKey(sum)
        assert_that(totals, equal_to([("items_of_log", 5), ("items_not_in_table", 4)]), "counts")
        assert_that(found.report, equal_to([ReadingReport(converted={ALIKE: (2, told)})]), "report")
        other = unknown_ids("user", pipeline | "L2" >> beam.Create(["a"]), pipeline | "T2" >> beam.Create(["b"]))
        assert_that(other.report, equal_to([]), "nothing alike")


def test_what_the_table_lacks_is_said_and_too_much_fails():
    counts = {"items_of_log": 200, "items_not_in_table": 50, "users_of_log": 8, "users_not_in_table": 1}
    report = ReadingReport(converted={ALIKE: (40, "'A1' in the log and 'a1' in the table")})
    said = (
        "50 of the 200 items that somebody engaged with (25.0%) are not in data.items = i.csv; 40 would be if ids were "
        "written alike: 'A1' in the log and 'a1' in the table"
    )
    assert check_unknown("item", counts, report, "data.items = i.csv", 0.25) == [said]
    with pytest.raises(DataError, match=re.escape(f"{said}. That is more than data.max_unknown_share = 24% allows.")):
        check_unknown("item", counts, report, "data.items = i.csv", 0.24)
    users = check_unknown("user", counts, ReadingReport(), "data.users = u.csv", 0.9)
    assert users == ["1 of the log's 8 users (12.5%) are not in data.users = u.csv"]
    assert check_unknown("item", {"items_of_log": 3}, report, "data.items = i.csv", 0.0) == []
    assert check_unknown("item", {}, report, "data.items = i.csv", 0.0) == []
