import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from components.raw_files.read_files import ReadingReport
from components.sources.joined_tables import Difference
from components.sources.table_fit import differing_values, ids_alike, ids_in_tables, tables_sentence, tables_told
from tests.support.raw_files import make_pipeline

PLACED = [
    ("a", ("t0", "t1"), [Difference("title", "'a' has …"), Difference("price", "'a' costs …")]),
    ("c", ("t1", "t0"), [Difference("title", "'c' has …")]),
    ("b", ("t0", "t2"), [Difference("title", "'b' has …")]),
    ("007", ("t0",), []),
    ("7", ("t1",), []),
    ("7.0", ("t1",), []),
    ("K1", ("t0",), []),
    ("'k1'", ("t2",), []),
    ("x", ("t0",), []),
    # The same table has both, so they are two items.
    ("Y", ("t1",), []),
    ("y", ("t1",), []),
]


def test_differences_and_ids_that_nearly_agree_are_counted_with_two_examples():
    with make_pipeline() as pipeline:
        told = tables_told("item", pipeline | beam.Create(PLACED))
        totals = told.counts | beam.CombinePerKey(sum)
        assert_that(totals, equal_to([("items_in_several_tables", 3), ("items_in_one_table", 8)]), "counts")
        pairs = "'007' in t0 and '7' in t1, '007' in t0 and '7.0' in t1"
        expected = [
            ReadingReport(converted={"values of 'title' that two tables give differently were taken from the first": x})
            for x in [(3, "'a' has …; 'b' has …")]
        ]
        expected += [ReadingReport(converted={differing_values("price"): (1, "'a' costs …")})]
        reason = "ids of items in one table that nearly agree with one of another"
        expected += [ReadingReport(converted={reason: (3, pairs)})]
        assert_that(told.report, equal_to(expected), "report")
        well = tables_told("user", pipeline | "Well" >> beam.Create([("a", ("t0", "t1"), []), ("b", ("t0",), [])]))
        assert_that(well.report, equal_to([]), "nothing to tell")


@pytest.mark.parametrize(
    ("counts", "alike", "ids", "hardly"),
    [
        ({"items_in_several_tables": 3, "items_in_one_table": 1}, None, 4, False),
        ({"items_in_one_table": 1}, None, 1, True),
        ({"items_in_several_tables": 3}, (2, "some"), 3, True),
        ({"users_in_several_tables": 3}, None, 0, False),
    ],
)
def test_tables_that_hardly_meet_are_told_as_such(counts, alike, ids, hardly):
    report = ReadingReport(converted={ids_alike("item"): alike} if alike else {})
    sentence, hardly_fit = tables_sentence("item", counts, report)
    assert (ids_in_tables("item", counts), hardly_fit, bool(sentence)) == (ids, hardly, ids > 0)
    assert ("2 more would meet if ids were written alike: some" in sentence) == (alike is not None)
