"""The whole way from event files to examples, on Beam: a log written by hand, and what is told of a broken one."""

import json
import re

import pytest

from components.item_catalog.table import CatalogItem
from components.raw_files.refusal import DataError
from components.shown_places.count_files import Pattern, SurfaceCounts, count_files, read_counts
from components.shown_places.showings import Times
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns
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


def run(folder, made="made", **changes):
    """Makes the examples of all logs in the folder."""
    settings = {"train_negatives": 1, "evaluation_negatives": 2, "items_per_session": 2, **changes}
    return generate(folder / made, DataConfig(events=f"{folder}/log*", **settings), CATALOG)


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
    "data.split = time: no event falls into validation, test. Set data.validation_from and data.test_from within the "
    "log, with an hour if it is a short one, such as 2011-11-01T12:00. `tandem check` tells from when to when it goes."
)
ONCE = lines(HEADER, *((f"u{user}", 100 + user, "recommendation", "", "", "ab"[user % 2], 1) for user in range(9)))
"""Nine users of one event each."""
NO_HISTORY = (
    "data.split = leave_one_out: no event falls into train, validation, because no user of 9 has more than one "
    "engagement on a surface, and all three splits need three. Is data.columns.user_id the user and not the visit? If "
    "it is, give a longer log, or set data.split: time with data.validation_from and data.test_from."
)
TWICE = lines(HEADER, *(("u1", 100 + place, "recommendation", "", "", item, 1) for place, item in enumerate("ab")))
NOTHING_TO_LEARN = "data.split = leave_one_out: no event falls into train, because no user of 1 has more than two engag"
UNLABELLED = lines(HEADER, *((*row[:6], 0) for row in GOOD))
NOBODY = (
    "data.events = {0}/log*: nobody engaged with anything. Of 8 events, none has an item and the label 1, so there is "
    "nothing to predict. Set data.columns.label to the column that says whether the user clicked, or to '' where each "
    "row is a click."
)
TOO_FEW = (
    "data.evaluation_negatives = 3: for 2 of 2 targets of the split validation, 3 negatives cannot be drawn. The "
    "catalogue has 8 items, and an item that the user engaged with is no negative. Lower data.evaluation_negatives, or"
)
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
        ([ONCE], {}, NO_HISTORY),
        ([TWICE], {}, NOTHING_TO_LEARN),
        ([UNLABELLED], {}, NOBODY),
        ([lines(HEADER)], {}, HEADER_ALONE),
        ([LOG, "", lines(HEADER[:5], GOOD[0][:5])], {}, EACH_BROKEN_FILE),
    ],
)
def test_logs_of_which_no_examples_can_be_made(tmp_path, logs, changes, message):
    for number, log in enumerate(logs):
        write(tmp_path / f"log{number}.tsv", log)
    with pytest.raises(DataError, match="^" + re.escape(message.format(tmp_path))):
        run(tmp_path, **changes)


def test_a_crawler_is_left_out_and_counted_and_the_others_stay(tmp_path):
    """`u1` engaged with 6 of 8 items; u2 to u4 engaged with 3 on the feed, so each has an example in each split."""
    others = [
        (f"u{user}", 100 * place, "recommendation", "", "", item, 1)
        for user in (2, 3, 4)
        for place, item in enumerate("abc")
    ]
    write(tmp_path / "log.tsv", lines(HEADER, *GOOD, *others))
    counts = run(tmp_path, evaluation_negatives=3).summary.counts
    assert {split: counts[split] for split in ("train", "validation", "test")} == {
        "train": 3 + 2,
        "validation": 3,
        "test": 3,
    }
    assert counts["left_out_validation"] == counts["left_out_test"] == 2
    assert counts["users_with_nearly_all_items"] == 1 and counts["users"] == 4
    # As a robot it is no user at all: it has 8 events on a day, the others 3.
    counts = run(tmp_path, "without robots", max_events_per_user_day=7).summary.counts
    assert counts["users"] == 3 and counts["train"] == 3
    assert (counts["robots"], counts["robot_events"]) == (1, 8) and "users_with_nearly_all_items" not in counts
    assert "robots" not in run(tmp_path, "with all").summary.counts


def test_a_catalogue_of_one_item(tmp_path):
    write(tmp_path / "log.tsv", lines(HEADER, *(("u1", time, "recommendation", "", "", "a", 1) for time in range(5))))
    config = DataConfig(events=f"{tmp_path}/log*", train_negatives=1, evaluation_negatives=1)
    with pytest.raises(DataError, match="the catalogue has one item, so there is nothing to choose from. Does data"):
        generate(tmp_path / "made", config, CATALOG[:1])


@pytest.mark.parametrize(
    ("changes", "made"),
    [
        # One day is enough for both ways to split, where users come back or the moments lie within it.
        ({}, {"train": 3, "validation": 2, "test": 2}),
        (
            {"split": "time", "validation_from": "1970-01-01T12:00", "test_from": "1970-01-01T18:00"},
            {"train": 3, "validation": 2, "test": 2},
        ),
    ],
)
def test_a_log_of_one_day(changes, made, tmp_path):
    hour = 3_600_000
    times = {"u1": (0, 1, 12, 20), "u2": (2, 13, 19)}
    rows = [
        (user, moment * hour, "recommendation", "", "", item, 1)
        for user, moments in times.items()
        for moment, item in zip(moments, "abcd", strict=False)
    ]
    write(tmp_path / "log.tsv", lines(HEADER, *rows))
    counts = run(tmp_path, **changes).summary.counts
    assert {split: counts[split] for split in made} == made


def test_users_of_one_event_each_split_by_time(tmp_path):
    """Nobody has a history, and yet there is something to learn: what is clicked, and for which words."""
    write(tmp_path / "log.tsv", ONCE)
    moments = {"split": "time", "validation_from": "1970-01-01T00:00:00.104", "test_from": "1970-01-01T00:00:00.106"}
    counts = run(tmp_path, **moments).summary.counts
    assert [counts[split] for split in ("train", "validation", "test")] == [4, 2, 3]


WEIGHED = [
    ("u1", 100, "recommendation", "", "", "a", "click"),
    ("u1", 150, "recommendation", "", "", "x", "view"),
    ("u1", 200, "recommendation", "", "", "a", "buy"),
    ("u1", 300, "search", "red mug", "s1", "b", "click"),
    ("u1", 310, "search", "red mug", "s1", "c", "click"),
    ("u1", 320, "search", "red mug", "s1", "b", "cart"),
    ("u1", 330, "search", "red mug", "s1", "d", "wish"),
    ("u1", 400, "recommendation", "", "", "d", "click"),
    ("u1", 500, "search", "pot", "s3", "e", "buy"),
    ("u1", 600, "recommendation", "", "", "f", "click"),
]
ACTION_WEIGHTS = {"click": 1.0, "cart": 2.0, "buy": 5.0}
ACTION_LABELS = {"view": 0, **dict.fromkeys((*ACTION_WEIGHTS, "wish"), 1)}


def weights_of(made):
    return {
        (split, example[features.CANDIDATES][0]): example[features.WEIGHT]
        for split in features.BEHAVIOUR_SPLITS
        for example in made.splits[split]
    }


def test_the_strongest_action_is_the_weight_of_an_example(tmp_path):
    write(tmp_path / "log.tsv", lines((*HEADER[:-1], "did"), *WEIGHED))
    columns = EventColumns(label="did", label_values=ACTION_LABELS, weight="did", weight_values=ACTION_WEIGHTS)
    made = run(tmp_path, columns=columns)
    # Clicked, then bought; b was put into the cart in the same session. The wish has no weight, so it is left out.
    assert weights_of(made) == {
        ("train", "a"): [5.0], ("validation", "d"): [1.0], ("test", "f"): [1.0],
        ("train", "b"): [2.0], ("validation", "c"): [1.0], ("test", "e"): [5.0],
    }  # fmt: skip
    assert made.summary.counts["weaker_actions"] == 2
    assert made.summary.reports["event"].left_out == {"left out: did 'wish'": 1}
    # One token in the history of e stands for both actions with a.
    (of_e,) = (each for each in made.targets if each[features.CANDIDATES][0] == "e")
    assert of_e[features.HISTORY_ITEMS] == ["a", "b", "c", "d"]
    assert of_e[features.HISTORY_WEIGHTS] == [5.0, 2.0, 1.0, 1.0]
    assert not any(features.WEIGHT in each for each in made.splits[features.CATALOG_SPLIT])


def test_dwell_time_is_the_weight_of_an_example(tmp_path):
    seconds = dict(zip("abcdef", (10, 4000, "", 0, 20, 30), strict=True))
    rows = [(*row[:-1], row[-1], seconds.get(row[-2], "")) for row in GOOD if row[-2] in seconds]
    write(tmp_path / "log.tsv", lines((*HEADER, "dwell"), *rows))
    made = run(tmp_path, columns=EventColumns(weight="dwell", weight_cap=300.0))
    assert weights_of(made) == {
        ("train", "a"): [10.0], ("validation", "d"): [0.0], ("test", "f"): [30.0],
        ("train", "b"): [300.0], ("validation", "c"): [1.0], ("test", "e"): [20.0],
    }  # fmt: skip
    assert made.summary.reports["event"].converted == {
        "engagements without a weight were given the weight 1": (1, "'' in column 'dwell'")
    }
    assert "weaker_actions" not in made.summary.counts


def test_without_the_setting_examples_have_no_weight(made):
    assert not any({features.WEIGHT, features.HISTORY_WEIGHTS} & {*example} for example in made.targets)


PLACED = [
    ("u1", 100, "recommendation", "", "", "a", 0, 1),
    ("u1", 100, "recommendation", "", "", "x", 0, 2),
    ("u1", 200, "recommendation", "", "", "a", 1, 2),
    ("u1", 200, "recommendation", "", "", "b", 0, ""),
    ("u1", 300, "search", "mug", "s1", "b", 1, 1),
    ("u1", 300, "search", "mug", "s1", "c", 0, 2),
    ("u2", 100, "search", "mug", "s1", "b", 0, 2),
    ("u2", 100, "search", "cup", "s2", "b", 0, 3),
    # Held out: of each surface the last two engagements, and what is shown with them or after them.
    ("u1", 400, "recommendation", "", "", "d", 1, 3),
    ("u1", 400, "recommendation", "", "", "z", 0, 4),
    ("u1", 500, "recommendation", "", "", "e", 1, ""),
    ("u1", 600, "search", "pot", "s3", "f", 1, 4),
    ("u1", 500, "search", "pot", "s3", "z", 0, 5),
    ("u1", 700, "search", "pot", "s4", "d", 1, 5),
]


@pytest.mark.parametrize("workers", [1, 2])
def test_places_are_written_with_targets_and_counted_as_far_as_training_knows_them(tmp_path, workers):
    write(tmp_path / "log.tsv", lines((*HEADER, "rank"), *PLACED))
    made = generate(
        tmp_path / "made",
        DataConfig(
            events=f"{tmp_path}/log*",
            columns=EventColumns(place="rank"),
            train_negatives=1,
            evaluation_negatives=1,
        ),
        CATALOG,
        workers,
    )
    places = {each[features.CANDIDATES][0]: each[features.SHOWN_PLACE] for each in made.splits["test"]}
    assert places == {"e": [0], "d": [5]}
    assert {each[features.CANDIDATES][0]: each[features.SHOWN_PLACE] for each in made.splits["train"]} == {
        "a": [2],
        "b": [1],
    }
    assert read_counts(count_files(str(tmp_path / "made"))) == {
        # a stood at the first two places, and was engaged with at the second.
        "recommendation": SurfaceCounts({1: Times(1, 0), 2: Times(2, 1)}, [Pattern((1, 2), (1, 1), (0, 1))]),
        # For the same query, b stood at the first place for u1 and at the second for u2.
        "search": SurfaceCounts({1: Times(1, 1), 2: Times(2, 0), 3: Times(1, 0)}, [Pattern((1, 2), (1, 1), (1, 0))]),
    }


def test_with_a_split_by_time_what_comes_before_validation_is_counted(tmp_path):
    write(tmp_path / "log.tsv", lines((*HEADER, "rank"), *PLACED))
    times = {"validation_from": "1970-01-01T00:00:00.300Z", "test_from": "1970-01-01T00:00:00.600Z"}
    run(tmp_path, columns=EventColumns(place="rank"), split="time", evaluation_negatives=1, **times)
    counts = read_counts(count_files(str(tmp_path / "made")))
    assert counts["recommendation"].totals == {1: Times(1, 0), 2: Times(2, 1)}
    # Of searches those of u2 alone: nobody knows yet whether they were good.
    assert counts["search"] == SurfaceCounts({2: Times(1, 0), 3: Times(1, 0)}, [])


def test_without_the_setting_nothing_is_said_of_places(made, folder):
    assert not any(features.SHOWN_PLACE in each for each in made.targets)
    assert count_files(str(folder / "made")) == [] and not (folder / "made" / "shown_places").exists()
