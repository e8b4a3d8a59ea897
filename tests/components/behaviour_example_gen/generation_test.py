"""The whole way from event files to examples, on Beam, for a log written by hand."""

import pytest

from components.item_catalog.table import CatalogItem
from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from schemas import features
from schemas.canonical_event import Item
from tests.support.generated_examples import generate
from tests.support.raw_files import lines, write

HEADER = ("user_id", "timestamp_ms", "surface", "query", "session_id", "item_id", "label")
LOG = [
    ("u1", 100, "recommendation", "", "", "a", 1),
    ("u1", 200, "recommendation", "", "", "x", 0),
    ("u1", 300, "search", "red mug", "s1", "b", 1),
    ("u1", 300, "search", "red mug", "s1", "c", 1),
    ("u1", 400, "search", "tea", "s2", "", 1),
    ("u1", 500, "recommendation", "", "", "d", 1),
    ("u1", 600, "search", "pot", "s3", "e", 1),
    ("u1", 700, "recommendation", "", "", "f", 1),
]
CATALOG = [
    CatalogItem(Item("a", "APPLE", ("Food", "Fruit")), 1),
    CatalogItem(Item("b", "RED MUG"), 1),
    *(CatalogItem(Item(item), 1) for item in "cdef"),
    CatalogItem(Item("x"), 0),
    CatalogItem(Item("z", "ZEBRA"), 0),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    write(folder / "log.tsv", lines(HEADER, *LOG))
    return folder


def config_of(folder, **changes):
    settings = {"train_negatives": 1, "evaluation_negatives": 2, "items_per_session": 2}
    return DataConfig(events=f"{folder}/log.tsv", **{**settings, **changes})


@pytest.fixture(scope="module")
def made(folder, tmp_path_factory):
    return generate(tmp_path_factory.mktemp("made"), config_of(folder), CATALOG)


def of(example, *names):
    return tuple(example[name] for name in names)


HISTORY = (
    features.HISTORY_KINDS,
    features.HISTORY_ITEM_COUNTS,
    features.HISTORY_ITEMS,
    features.HISTORY_QUERIES,
)


def test_the_examples_of_a_log_written_by_hand(made):
    found = {
        (split, example[features.CANDIDATES][0]): (
            of(example, features.SURFACE, features.QUERY, features.TIMESTAMP_MS),
            of(example, *HISTORY),
        )
        for split in features.BEHAVIOUR_SPLITS
        for example in made.splits[split]
    }
    assert found == {
        ("train", "a"): ((["recommendation"], [""], [100]), ([], [], [], [])),
        ("train", "b"): ((["search"], ["red mug"], [300]), ([1], [1], ["a"], [])),
        ("validation", "c"): ((["search"], ["red mug"], [300]), ([1, 2], [1, 1], ["a", "b"], ["red mug"])),
        ("validation", "d"): (
            (["recommendation"], [""], [500]),
            ([1, 2, 2], [1, 2, 0], ["a", "b", "c"], ["red mug", "tea"]),
        ),
        ("test", "e"): (
            (["search"], ["pot"], [600]),
            ([1, 2, 2, 1], [1, 2, 0, 1], ["a", "b", "c", "d"], ["red mug", "tea"]),
        ),
        ("test", "f"): (
            (["recommendation"], [""], [700]),
            ([1, 2, 2, 1, 2], [1, 2, 0, 1, 1], ["a", "b", "c", "d", "e"], ["red mug", "tea", "pot"]),
        ),
    }


def test_the_positive_comes_first_and_negatives_are_not_the_users(made):
    for split, negatives in (("train", 1), ("validation", 2), ("test", 2)):
        for example in made.splits[split]:
            assert example[features.LABELS] == [1.0] + [0.0] * negatives
            # All but x, which was only shown, and z, which is in the item table only, are the user's own.
            assert set(example[features.CANDIDATES][1:]) <= {"x", "z"}
            assert len(set(example[features.CANDIDATES])) == 1 + negatives
            assert example[features.USER_ID] == ["u1"]


def test_the_catalogue_has_an_example_an_item(made):
    found = {example[features.ITEM_ID][0]: example for example in made.splits[features.CATALOG_SPLIT]}
    assert sorted(found) == ["a", "b", "c", "d", "e", "f", "x", "z"]
    assert found["a"] == {
        "item_id": ["a"],
        "title": ["APPLE"],
        "categories": ["Food", "Fruit"],
        "attributes": [],
        "engagements": [1],
    }
    assert (found["c"]["title"], found["c"]["categories"]) == ([""], [])


def test_only_training_targets_count_as_engagements(made):
    counts = {example["item_id"][0]: example["engagements"] for example in made.splits[features.CATALOG_SPLIT]}
    # c to f are of validation and test, x was only shown, z is in the item table only.
    assert counts == {item: [int(item in "ab")] for item in "abcdefxz"}


def test_the_summary_counts(made):
    assert made.summary.counts == {
        "users": 1,
        "users_cut": 0,
        "events_cut": 0,
        "train": 2,
        "validation": 2,
        "test": 2,
        "catalog": 8,
    }
    assert made.summary.reports["event"].rows == 8


def test_a_split_without_events(folder, tmp_path):
    config = config_of(folder, split="time", validation_from="2000-01-01", test_from="2001-01-01")
    with pytest.raises(DataError) as error:
        generate(tmp_path, config, CATALOG)
    assert str(error.value) == (
        "data.split = time: no event falls into validation, test. With `leave_one_out`, users need three engagements "
        "on a surface to have all splits; with `time`, set data.validation_from and data.test_from within the log."
    )


def test_a_catalogue_too_small_for_the_negatives(folder, tmp_path):
    with pytest.raises(DataError, match="^user 'u1': 3 negatives cannot be drawn, because only 2 of the catalogue's 8"):
        generate(tmp_path, config_of(folder, evaluation_negatives=3), CATALOG)
