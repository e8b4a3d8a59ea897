"""The whole way from event files to examples, on Beam: a log written by hand, and what is told of a broken one."""

import json
import re

import pytest

from components.item_catalog.table import CatalogItem
from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from schemas import features
from schemas.canonical_event import Item
from tests.support.generated_examples import generate
from tests.support.raw_files import lines, write

HEADER = ("user_id", "timestamp_ms", "surface", "query", "session_id", "item_id", "label")
GOOD = [
    ("u1", 100, "recommendation", "", "", "a", 1),
    ("u1", 200, "recommendation", "", "", "x", 0),
    ("u1", 300, "search", "red mug", "s1", "b", 1),
    ("u1", 300, "search", "red mug", "s1", "c", 1),
    ("u1", 400, "search", "tea", "s2", "", 1),
    ("u1", 500, "recommendation", "", "", "d", 1),
    ("u1", 600, "search", "pot", "s3", "e", 1),
    ("u1", 700, "recommendation", "", "", "f", 1),
]
BAD = {
    "missing user": ("", 1, "recommendation", "", "", "a", 1),
    "future time": ("u1", 1_700_000_000_001, "recommendation", "", "", "a", 1),
    "NUL byte": ("u1", 1, "search", "red\x00mug", "s", "a", 1),
    "wrong encoding": ("u1", 1, "search", "caf\ufffd", "s", "a", 1),
    "huge field": ("u1", 1, "search", "x" * 100_001, "s", "a", 1),
    "wrong number of columns": ("u1", 1, "recommendation"),
}
"""U+FFFD stands for a byte that is no UTF-8. `event_rows_test.py` has all that a value may be refused for."""
CATALOG = [
    CatalogItem(Item("a", "APPLE", ("Food", "Fruit")), 1),
    CatalogItem(Item("b", "RED MUG"), 1),
    *(CatalogItem(Item(item), 1) for item in "cdef"),
    CatalogItem(Item("x"), 0),
    CatalogItem(Item("z", "ZEBRA"), 0),
]


def run(folder, **changes):
    """Makes the examples of all logs in the folder."""
    settings = {"train_negatives": 1, "evaluation_negatives": 2, "items_per_session": 2, **changes}
    return generate(folder / "made", DataConfig(events=f"{folder}/log*", **settings), CATALOG)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A log of good and bad rows, and one of nothing but a header, which is fine beside others."""
    folder = tmp_path_factory.mktemp("logs")
    text = lines(HEADER, *GOOD, *BAD.values())
    write(folder / "log.tsv", text.encode().replace("\ufffd".encode(), b"\xe9"))
    write(folder / "log2.tsv", lines(HEADER))
    return folder


@pytest.fixture(scope="module")
def made(folder):
    return run(folder, max_reject_share=0.5)


TARGET = (features.SURFACE, features.QUERY, features.TIMESTAMP_MS)
HISTORY = (features.HISTORY_KINDS, features.HISTORY_ITEM_COUNTS, features.HISTORY_ITEMS, features.HISTORY_QUERIES)


def test_the_examples_of_a_log_written_by_hand(made):
    found = {
        (split, example[features.CANDIDATES][0]): tuple(
            [example[name] for name in names] for names in (TARGET, HISTORY)
        )
        for split in features.BEHAVIOUR_SPLITS
        for example in made.splits[split]
    }
    feed, mug, pot = (["recommendation"], [""]), (["search"], ["red mug"]), (["search"], ["pot"])
    before_e = [[1, 2, 2, 1], [1, 2, 0, 1], ["a", "b", "c", "d"], ["red mug", "tea"]]
    before_f = [[1, 2, 2, 1, 2], [1, 2, 0, 1, 1], ["a", "b", "c", "d", "e"], ["red mug", "tea", "pot"]]
    assert found == {
        ("train", "a"): ([*feed, [100]], [[], [], [], []]),
        ("train", "b"): ([*mug, [300]], [[1], [1], ["a"], []]),
        ("validation", "c"): ([*mug, [300]], [[1, 2], [1, 1], ["a", "b"], ["red mug"]]),
        ("validation", "d"): ([*feed, [500]], [[1, 2, 2], [1, 2, 0], ["a", "b", "c"], ["red mug", "tea"]]),
        ("test", "e"): ([*pot, [600]], before_e),
        ("test", "f"): ([*feed, [700]], before_f),
    }
    cut = {"users": 1, "users_cut": 0, "events_cut": 0, "events_repeated": 0}
    assert made.summary.counts == {**cut, "train": 2, "validation": 2, "test": 2, "catalog": 8}
    # All but x, which was only shown, and z, which is in the item table only, are the user's own.
    assert {item for example in made.targets for item in example[features.CANDIDATES][1:]} <= {"x", "z"}


def test_a_log_that_was_shipped_twice_makes_the_same_examples(made, tmp_path):
    for name in ("log.tsv", "log-copy.tsv"):
        write(tmp_path / name, lines(HEADER, *GOOD))
    twice = run(tmp_path)
    assert twice.summary.counts == {**made.summary.counts, "events_repeated": len(GOOD)}
    for split in features.BEHAVIOUR_SPLITS:
        one, other = (
            sorted((each[features.CANDIDATES][0], each[features.HISTORY_ITEMS]) for each in found.splits[split])
            for found in (made, twice)
        )
        assert one == other


def test_the_catalogue_has_an_example_an_item_with_its_training_engagements(made):
    found = {example[features.ITEM_ID][0]: example for example in made.splits[features.CATALOG_SPLIT]}
    # c to f are of validation and test, x was only shown, z is in the item table only.
    assert {item: example["engagements"] for item, example in found.items()} == {
        item: [int(item in "ab")] for item in "abcdefxz"
    }
    assert (found["a"]["title"], found["a"]["categories"]) == (["APPLE"], ["Food", "Fruit"])
    assert (found["c"]["title"], found["c"]["categories"]) == ([""], [])


def test_events_of_pre_training_are_all_learned_from_and_kept_apart(tmp_path):
    # The user's whole sequence becomes examples; nothing is kept back for validation and test.
    earlier = [("u1", 10, "recommendation", "", "", "z", 1), ("u2", 20, "search", "tea", "s9", "a", 1)]
    earlier += [("u2", 30, "recommendation", "", "", "b", 1), ("", 40, "recommendation", "", "", "b", 1)]
    write(tmp_path / "log.tsv", lines(HEADER, *GOOD))
    log = write(tmp_path / "earlier.tsv", lines(HEADER, *earlier))
    made = run(tmp_path, pretraining_events=log, max_reject_share=0.5)
    feed, tea = (["recommendation"], [""]), (["search"], ["tea"])
    found = {
        example[features.CANDIDATES][0]: tuple([example[name] for name in names] for names in (TARGET, HISTORY))
        for example in made.splits["pretrain"]
    }
    assert found == {
        "z": ([*feed, [10]], [[], [], [], []]),
        "a": ([*tea, [20]], [[], [], [], []]),
        "b": ([*feed, [30]], [[2], [1], ["a"], ["tea"]]),
    }
    assert {split: len(made.splits[split]) for split in features.BEHAVIOUR_SPLITS} == {
        "train": 2,
        "validation": 2,
        "test": 2,
    }
    # What is learned from in either log counts: a and b in both, z in the earlier one.
    engagements = {example["item_id"][0]: example["engagements"] for example in made.splits[features.CATALOG_SPLIT]}
    assert engagements == {"a": [2], "b": [2], "z": [1]} | {item: [0] for item in "cdefx"}
    assert made.summary.counts["pretrain"] == 3 and made.summary.counts["users"] == 1
    assert (made.summary.reports["pretraining_event"].rows, made.summary.reports["pretraining_event"].rejects) == (4, 1)


def test_bad_rows_are_counted_and_kept_with_file_and_line(made, folder):
    report = made.summary.reports["event"]
    assert (report.rows, report.reasons) == (8 + 6, {reason: 1 for reason in sorted(BAD)})
    files = list((folder / "made" / "rejects").glob("rejects-*.jsonl"))
    kept = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    # Eight good rows follow the header, so that the first bad one is line 10.
    assert {each["line"]: each["reason"] for each in kept} == dict(enumerate(BAD, start=10))
    assert {each["file"] for each in kept} == {f"{folder}/log.tsv"}


LOG = lines(HEADER, *GOOD)
BY_TIME = {"split": "time", "validation_from": "2000-01-01", "test_from": "2001-01-01"}
NOT_WITHIN = (
    "data.split = time: no event falls into validation, test. With `leave_one_out`, users need three engagements on a "
    "surface to have all splits; with `time`, set data.validation_from and data.test_from within the log."
)
TOO_FEW = "user 'u1': 3 negatives cannot be drawn, because only 2 of the catalogue's 8"
HEADER_ALONE = "data.events = {}/log*: holds no events. The files have a header and nothing below it."
EACH_BROKEN_FILE = (
    "{0}/log1.tsv: is empty, without even a header line. Remove it or write it again.\n"
    "{0}/log2.tsv: has no column 'item_id'. Found: 'user_id', 'timestamp_ms', "
)


@pytest.mark.parametrize(
    ("logs", "changes", "message"),
    [
        ([LOG], BY_TIME, NOT_WITHIN),
        ([LOG], {"evaluation_negatives": 3}, TOO_FEW),
        ([lines(HEADER)], {}, HEADER_ALONE),
        ([LOG, "", lines(HEADER[:5], GOOD[0][:5])], {}, EACH_BROKEN_FILE),
    ],
)
def test_logs_of_which_no_examples_can_be_made(tmp_path, logs, changes, message):
    for number, log in enumerate(logs):
        write(tmp_path / f"log{number}.tsv", log)
    with pytest.raises(DataError, match="^" + re.escape(message.format(tmp_path))):
        run(tmp_path, **changes)
