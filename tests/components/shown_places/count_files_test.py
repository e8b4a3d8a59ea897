"""What is written of showings, through real Beam, and read again."""

import apache_beam as beam
import pytest

from components.shown_places.count_files import Pattern, SurfaceCounts, WriteCounts, count_files, read_counts
from components.shown_places.showings import BEYOND, Times
from tests.support.raw_files import make_pipeline

THINGS = [
    # Both stood once at 1 and at 2; the second in two parts, twice as often.
    (("search", "mug", "a"), {1: Times(1, 1), 2: Times(1, 0)}),
    (("search", "cup", "a"), {2: Times(2, 1)}),
    (("search", "cup", "a"), {1: Times(2, 2)}),
    # At one place, at one beside the deep ones, and never engaged with: these tell nothing of examination.
    (("search", "mug", "b"), {2: Times(3, 1)}),
    (("search", "mug", "c"), {2: Times(1, 1), BEYOND: Times(4, 1)}),
    (("search", "mug", "d"), {1: Times(5, 0), 3: Times(5, 0)}),
    (("recommendation", "", "a"), {1: Times(2, 0), 4: Times(3, 1)}),
]
WANTED = {
    "recommendation": SurfaceCounts({1: Times(2, 0), 4: Times(3, 1)}, [Pattern((1, 4), (2, 3), (0, 1))]),
    "search": SurfaceCounts(
        {1: Times(8, 3), 2: Times(7, 3), 3: Times(5, 0), BEYOND: Times(4, 1)},
        [Pattern((1, 2), (1, 1), (3, 1))],
    ),
}


@pytest.mark.parametrize("workers", [1, 2])
def test_things_that_were_shown_alike_are_written_as_one(tmp_path, workers):
    folder = tmp_path / "a folder"
    with make_pipeline(workers) as pipeline:
        _ = pipeline | beam.Create(THINGS) | WriteCounts(str(folder))
    found = read_counts(count_files(str(folder)))
    assert found == WANTED
    assert list(found["search"].totals) == [1, 2, 3, BEYOND]


def test_the_order_of_files_does_not_matter(tmp_path):
    for name, things in (("x", THINGS[:3]), ("y", THINGS[3:])):
        with make_pipeline() as pipeline:
            _ = pipeline | beam.Create(things) | WriteCounts(str(tmp_path / name))
    files = [file for name in "xy" for file in count_files(str(tmp_path / name))]
    assert read_counts(files) == read_counts(files[::-1])


def test_a_log_without_places_has_no_files(tmp_path):
    assert count_files(str(tmp_path)) == [] and read_counts([]) == {}
    with make_pipeline() as pipeline:
        _ = pipeline | beam.Create([]) | WriteCounts(str(tmp_path))
    assert read_counts(count_files(str(tmp_path))) == {}
