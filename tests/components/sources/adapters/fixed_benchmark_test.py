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


def test_events_have_their_position_and_their_split_and_candidates(tmp_path):
    folder = write_benchmark(tmp_path)
    found = BENCHMARK.read(f"{folder}/events.tsv.gz")
    assert len(found) == 8
    assert found[:2] == [
        (2, Event("u1", 86_400_000, Surface.SEARCH, "red mug", item_id="b", position=1, split="train")),
        (3, Event("u1", 86_400_000, Surface.RECOMMENDATION, item_id="a", position=0, split="train")),
    ]
    # Candidates are row numbers of the items.
    for name, expected in {
        "recommendation_validation": ("u1", 3, Surface.RECOMMENDATION, "validation", "d", ("i", "h")),
        "search_test": ("u1", 4, Surface.SEARCH, "test", "e", ("g", "i")),
    }.items():
        where = f"{folder}/candidates_{name}.tsv.gz:2"
        assert candidates_of(folder, name) == [(2, FixedCandidates(where, *expected))]


def test_the_files_of_a_folder_and_one_that_is_missing(tmp_path):
    folder = write_benchmark(tmp_path)
    names = ["events.tsv.gz", "items.tsv", *(f"candidates_{name}.tsv.gz" for name in CANDIDATES)]
    assert sorted(files_of(folder)) == sorted(f"{folder}/{name}" for name in names)
    for name in names:
        (tmp_path / name).rename(tmp_path / "away")
        pattern = name.replace(".gz", "").replace(".tsv", ".tsv*")
        with pytest.raises(DataError, match=re.escape(f"data.events = {folder}/{pattern}: no such file.")):
            files_of(folder)
        (tmp_path / "away").rename(tmp_path / name)


def row(*values):
    return {"search_test": [HEADER, ROW, values]}


ROW_NUMBERS = "items are row numbers of items.tsv, 0 to 8"
NO_COLUMN = (
    "has no column 'user_id'. Found: 'user', 'position', 'positive', 'negatives'; wanted: 'user_id', 'position', "
    "'positive', 'negatives'."
)
SHIFT = "Mend it: without this row, the numbers of all later rows would shift."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (row("u1", "x", 3, "1 8"), "{}:3: no number: column 'position' holds 'x'; give a whole number from 0"),
        (row("u1", 4, 9, "1 8"), f"{{}}:3: unknown item: column 'positive' holds '9'; {ROW_NUMBERS}"),
        (row("u1", 4, 3, "1 -8"), f"{{}}:3: unknown item: column 'negatives' holds '-8'; {ROW_NUMBERS}"),
        (
            row("u1", 4, 3, "1 8 0"),
            "{}:3: wrong number of items: column 'negatives' holds 3; give 2, as data.evaluation_negatives says",
        ),
        (row("u1", 4, "", "1 8"), "{}:3: wrong number of items: column 'positive' holds 0; give one"),
        (row("u1", 4, 3, "1 3"), "{}:3: an item occurs twice among positive and negatives. Name each item once."),
        (row("u1", 4, 3), "{}:3: wrong number of columns: 3 instead of 4"),
        ({"search_test": [("user", *HEADER[1:]), ROW]}, f"{{}}: {NO_COLUMN}"),
        ({"items": [*ITEMS[:3], ("x", "y")]}, f"items.tsv:4: wrong number of columns: 2 instead of 3. {SHIFT}"),
    ],
)
def test_a_broken_row_of_candidates_or_items_fails_the_file(tmp_path, changes, message):
    folder = write_benchmark(tmp_path, **changes)
    told = f"{folder}/{message}".format("candidates_search_test.tsv.gz")
    with pytest.raises(DataError, match="^" + re.escape(told) + "$"):
        candidates_of(folder)
