import re

import pytest

from components.raw_files.refusal import DataError
from components.sources.adapters.fixed_benchmark import read_candidates, source_files
from components.sources.candidate_row import FixedCandidates
from components.sources.data_config import DataConfig
from schemas.canonical_event import Event, Surface
from tests.support.fixed_benchmark import CANDIDATES, ITEMS, write_benchmark
from tests.support.source_files import BENCHMARK

HEADER, ROW = CANDIDATES["search_test"]


def files_of(folder):
    files = source_files(DataConfig(source="fixed_benchmark", events=f"{folder}/"))
    return [*files.event_files, *files.item_files, *files.candidate_files]


def candidates_of(folder, name="search_test"):
    config = DataConfig(source="fixed_benchmark", events=folder, evaluation_negatives=2)
    return list(read_candidates(f"{folder}/candidates_{name}.tsv.gz", config))


def test_events_have_their_position_and_their_split(tmp_path):
    found = BENCHMARK.read(f"{write_benchmark(tmp_path)}/events.tsv.gz")
    assert len(found) == 8
    assert found[:2] == [
        (2, Event("u1", 86_400_000, Surface.SEARCH, "red mug", item_id="b", position=1, split="train")),
        (3, Event("u1", 86_400_000, Surface.RECOMMENDATION, item_id="a", position=0, split="train")),
    ]


def test_candidates_are_row_numbers_of_the_items(tmp_path):
    folder = write_benchmark(tmp_path)
    for name, expected in {
        "recommendation_validation": ("u1", 3, Surface.RECOMMENDATION, "validation", "d", ("i", "h")),
        "search_test": ("u1", 4, Surface.SEARCH, "test", "e", ("g", "i")),
    }.items():
        where = f"{folder}/candidates_{name}.tsv.gz:2"
        assert candidates_of(folder, name) == [(2, FixedCandidates(where, *expected))]


def test_the_files_of_a_folder(tmp_path):
    folder = write_benchmark(tmp_path)
    names = ["events.tsv.gz", "items.tsv", *(f"candidates_{name}.tsv.gz" for name in CANDIDATES)]
    assert sorted(files_of(folder)) == sorted(f"{folder}/{name}" for name in names)


@pytest.mark.parametrize("name", ["events.tsv.gz", "items.tsv", "candidates_search_test.tsv.gz"])
def test_a_missing_file_is_named(tmp_path, name):
    folder = write_benchmark(tmp_path)
    (tmp_path / name).unlink()
    pattern = name.replace(".gz", "").replace(".tsv", ".tsv*")
    with pytest.raises(DataError, match=re.escape(f"data.events = {folder}/{pattern}: no such file.")):
        files_of(folder)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("u1", "x", 3, "1 8"), "no number: column 'position' holds 'x'; give a whole number from 0"),
        (("u1", 4, 9, "1 8"), "unknown item: column 'positive' holds '9'; items are row numbers of items.tsv, 0 to 8"),
        (
            ("u1", 4, 3, "1 -8"),
            "unknown item: column 'negatives' holds '-8'; items are row numbers of items.tsv, 0 to 8",
        ),
        (
            ("u1", 4, 3, "1 8 0"),
            "wrong number of items: column 'negatives' holds 3; give 2, as data.evaluation_negatives says",
        ),
        (("u1", 4, "", "1 8"), "wrong number of items: column 'positive' holds 0; give one"),
        (("u1", 4, 3, "1 3"), "an item occurs twice among positive and negatives. Name each item once."),
        (("u1", 4, 3), "wrong number of columns: 3 instead of 4"),
    ],
)
def test_a_broken_row_of_candidates_fails_the_file(tmp_path, row, message):
    folder = write_benchmark(tmp_path, search_test=[HEADER, ROW, row])
    with pytest.raises(DataError, match="^" + re.escape(f"{folder}/candidates_search_test.tsv.gz:3: {message}") + "$"):
        candidates_of(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"search_test": [("user", *HEADER[1:]), ROW]},
            "candidates_search_test.tsv.gz: has no column 'user_id'. Found: 'user', 'position', 'positive', "
            "'negatives'; wanted: 'user_id', 'position', 'positive', 'negatives'.",
        ),
        (
            {"items": [*ITEMS[:3], ("x", "y")]},
            "items.tsv:4: wrong number of columns: 2 instead of 3. Mend it: without this row, the numbers of all "
            "later rows would shift.",
        ),
    ],
)
def test_files_that_cannot_be_used(tmp_path, changes, message):
    folder = write_benchmark(tmp_path, **changes)
    with pytest.raises(DataError) as error:
        candidates_of(folder)
    assert str(error.value) == f"{folder}/{message}"
