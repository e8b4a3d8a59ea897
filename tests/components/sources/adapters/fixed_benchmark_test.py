import re

import pytest

from components.raw_files.refusal import DataError, Reject
from components.sources.adapters.fixed_benchmark import read_candidates, read_events, source_files
from components.sources.candidate_row import FixedCandidates
from components.sources.data_config import DataConfig
from schemas.canonical_event import Event, Surface
from tests.support.fixed_benchmark import CANDIDATES, EVENTS, ITEMS, write_benchmark

NOW_MS = 1_700_000_000_000
HEADER = EVENTS[0]
CANDIDATES_HEADER = CANDIDATES["search_test"][0]


def config_of(folder):
    return DataConfig(source="fixed_benchmark", events=folder, evaluation_negatives=2)


def events_of(folder):
    return list(read_events(f"{folder}/events.tsv.gz", config_of(folder), NOW_MS))


def candidates_of(folder, name):
    return list(read_candidates(f"{folder}/candidates_{name}.tsv.gz", config_of(folder)))


def test_events_have_their_position_and_their_split(tmp_path):
    found = events_of(write_benchmark(tmp_path))
    assert len(found) == 8
    assert found[:2] == [
        (2, Event("u1", 86_400_000, Surface.SEARCH, "red mug", item_id="b", position=1, split="train")),
        (3, Event("u1", 86_400_000, Surface.RECOMMENDATION, item_id="a", position=0, split="train")),
    ]


def test_candidates_are_row_numbers_of_the_items(tmp_path):
    folder = write_benchmark(tmp_path)
    where = f"{folder}/candidates_recommendation_validation.tsv.gz:2"
    assert candidates_of(folder, "recommendation_validation") == [
        (2, FixedCandidates(where, "u1", 3, Surface.RECOMMENDATION, "validation", "d", ("i", "h"))),
    ]
    ((_, found),) = candidates_of(folder, "search_test")
    assert (found.surface, found.split, found.positive, found.negatives) == (Surface.SEARCH, "test", "e", ("g", "i"))


def test_the_files_of_a_folder(tmp_path):
    folder = write_benchmark(tmp_path)
    files = source_files(config_of(folder + "/"))
    assert files.event_files == [f"{folder}/events.tsv.gz"]
    assert files.item_files == [f"{folder}/items.tsv"]
    assert sorted(files.candidate_files) == sorted(f"{folder}/candidates_{name}.tsv.gz" for name in CANDIDATES)


@pytest.mark.parametrize("name", ["events.tsv.gz", "items.tsv", "candidates_search_test.tsv.gz"])
def test_a_missing_file_is_named(tmp_path, name):
    folder = write_benchmark(tmp_path)
    (tmp_path / name).unlink()
    files = source_files(config_of(folder))
    pattern = name.replace(".gz", "").replace(".tsv", ".tsv*")
    with pytest.raises(DataError, match=re.escape(f"data.events = {folder}/{pattern}: no such file.")):
        _ = files.event_files, files.item_files, files.candidate_files


@pytest.mark.parametrize(
    ("row", "reason", "detail"),
    [
        (("", 0, 5, "search", "a", "mug", "train"), "missing user", "column 'user_id' is empty"),
        (
            ("u", 0, "noon", "search", "a", "mug", "train"),
            "unparsable time",
            "column 'timestamp' holds 'noon'; give seconds since 1970 or ISO 8601",
        ),
        (
            ("u", 0, 5, "feed", "a", "", "train"),
            "unknown surface",
            "column 'kind' holds 'feed'; give recommendation or search",
        ),
        (("u", 0, 5, "search", "", "mug", "train"), "missing item", "column 'item_id' is empty"),
        (
            ("u", 0, 5, "search", "z", "mug", "train"),
            "unknown item",
            "column 'item_id' holds 'z', which items.tsv does not have",
        ),
        (
            ("u", "first", 5, "search", "a", "mug", "train"),
            "no number",
            "column 'position' holds 'first'; give a whole number from 0",
        ),
        (
            ("u", 0, 5, "search", "a", "mug", "dev"),
            "unknown split",
            "column 'split' holds 'dev'; give one of train, validation, test",
        ),
    ],
)
def test_a_broken_event_says_where_and_why(tmp_path, row, reason, detail):
    folder = write_benchmark(tmp_path, events=[HEADER, row, EVENTS[1]])
    path = f"{folder}/events.tsv.gz"
    assert events_of(folder)[0] == Reject(path, 2, reason, detail)
    assert events_of(folder)[1][0] == 3


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("u1", "x", 3, "1 8"), "no number: column 'position' holds 'x'; give a whole number from 0"),
        (
            ("u1", 4, 9, "1 8"),
            "unknown item: column 'positive' holds '9'; items are row numbers of items.tsv, 0 to 8",
        ),
        (
            ("u1", 4, 3, "1 -8"),
            "unknown item: column 'negatives' holds '-8'; items are row numbers of items.tsv, 0 to 8",
        ),
        (
            ("u1", 4, 3, "1 8 0"),
            "wrong number of items: column 'negatives' holds 3; give 2, as data.evaluation_negatives says",
        ),
        (("u1", 4, "", "1 8"), "wrong number of items: column 'positive' holds 0; give one"),
        (("u1", 4, 3, "1 3"), "an item stands twice among positive and negatives. Name each once."),
        (("u1", 4, 3), "wrong number of columns: 3 instead of 4"),
    ],
)
def test_a_broken_row_of_candidates_fails_the_file(tmp_path, row, message):
    folder = write_benchmark(tmp_path, search_test=[CANDIDATES_HEADER, CANDIDATES["search_test"][1], row])
    with pytest.raises(DataError, match="^" + re.escape(f"{folder}/candidates_search_test.tsv.gz:3: {message}") + "$"):
        candidates_of(folder, "search_test")


def test_columns_are_named_as_they_are(tmp_path):
    folder = write_benchmark(tmp_path, search_test=[("user", "position", "positive", "negatives"), ("u1", 4, 3, "1 8")])
    with pytest.raises(DataError) as error:
        candidates_of(folder, "search_test")
    assert str(error.value) == (
        f"{folder}/candidates_search_test.tsv.gz: has no column 'user_id'. Found: 'user', 'position', 'positive', "
        "'negatives'; wanted: 'user_id', 'position', 'positive', 'negatives'."
    )


def test_an_item_row_that_cannot_be_read_would_shift_the_others(tmp_path):
    folder = write_benchmark(tmp_path, items=[*ITEMS[:3], ("x", "y")])
    with pytest.raises(DataError) as error:
        candidates_of(folder, "search_test")
    assert str(error.value) == (
        f"{folder}/items.tsv:4: wrong number of columns: 2 instead of 3. "
        "A row less would shift the numbers of all that follow."
    )
