"""The whole way from event files to examples, on Beam."""

import dataclasses
import gzip
import random

import pytest

from components.behaviour_example_gen.config import DataConfig
from components.raw_files.refusal import DataError
from schemas import features
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
CATALOG = [("item_id", "title", "categories"), ("a", "APPLE", "Food|Fruit"), ("b", "RED MUG", ""), ("z", "ZEBRA", "")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    write(folder / "log.tsv", lines(HEADER, *LOG))
    write(folder / "items.tsv", lines(*CATALOG))
    return folder


def config_of(folder, **changes):
    settings = {"train_negatives": 1, "evaluation_negatives": 2, "items_per_session": 2}
    return DataConfig(events=f"{folder}/log.tsv", items=f"{folder}/items.tsv", **{**settings, **changes})


@pytest.fixture(scope="module")
def made(folder, tmp_path_factory):
    return generate(tmp_path_factory.mktemp("made"), config_of(folder))


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
    assert found["a"] == {"item_id": ["a"], "title": ["APPLE"], "categories": ["Food", "Fruit"]}
    assert found["c"] == {"item_id": ["c"], "title": [""], "categories": []}


def test_the_summary_counts(made):
    assert made.summary.counts == {"users": 1, "train": 2, "validation": 2, "test": 2, "catalog": 8}
    assert made.summary.reports["event"].rows == 8


def test_a_split_by_time(folder, tmp_path):
    config = config_of(
        folder, split="time", validation_from="1970-01-01T00:00:00.500", test_from="1970-01-01T00:00:00.700"
    )
    found = {
        split: sorted(example[features.CANDIDATES][0] for example in examples)
        for split, examples in generate(tmp_path, config).splits.items()
        if split != features.CATALOG_SPLIT
    }
    assert found == {"train": ["a", "b", "c"], "validation": ["d", "e"], "test": ["f"]}


def test_a_split_without_events(folder, tmp_path):
    config = config_of(folder, split="time", validation_from="2000-01-01", test_from="2001-01-01")
    with pytest.raises(DataError) as error:
        generate(tmp_path, config)
    assert str(error.value) == (
        "data.split = time: no event falls into validation, test. With `leave_one_out`, users need three engagements on "
        "a surface to have all splits; with `time`, set data.validation_from and data.test_from within the log."
    )


def test_a_catalogue_too_small_for_the_negatives(folder, tmp_path):
    with pytest.raises(DataError, match="^user 'u1': 3 negatives cannot be drawn, because only 2 of the catalogue's 8"):
        generate(tmp_path, config_of(folder, evaluation_negatives=3))


# --- Laws on a random log. ---


def random_log():
    chance = random.Random(5)
    return [
        (
            f"u{chance.randrange(12)}",
            chance.randrange(50),
            *chance.choice([("recommendation", "", ""), ("search", "q", "s")]),
        )
        + (f"i{chance.randrange(40)}", int(chance.random() < 0.9))
        for _ in range(300)
    ]


@pytest.fixture(scope="module")
def random_config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("random")
    rows = random_log()
    write(folder / "1.tsv", lines(HEADER, *rows[:150]))
    write(folder / "2.tsv.gz", lines(HEADER, *rows[150:]))
    return DataConfig(events=f"{folder}/*", train_negatives=3, evaluation_negatives=5, search_history=3)


@pytest.fixture(scope="module")
def random_made(random_config, tmp_path_factory):
    return generate(tmp_path_factory.mktemp("made"), random_config)


def test_every_engagement_is_the_target_of_one_example(random_made):
    targets = sorted(
        (example[features.USER_ID][0], example[features.TIMESTAMP_MS][0], example[features.CANDIDATES][0])
        for example in random_made.targets
    )
    assert targets == sorted((user, time, item) for user, time, _, _, _, item, label in random_log() if label)


def test_no_negative_is_an_item_that_the_user_ever_engaged_with(random_made):
    engaged = {(user, item) for user, _, _, _, _, item, label in random_log() if label}
    for example in random_made.targets:
        user, candidates = example[features.USER_ID][0], example[features.CANDIDATES]
        assert not {(user, item) for item in candidates[1:]} & engaged
        assert len(set(candidates)) == len(candidates)


def test_no_history_reaches_beyond_its_target(random_made):
    for example in random_made.targets:
        user, now = example[features.USER_ID][0], example[features.TIMESTAMP_MS][0]
        before = [item for who, time, _, _, _, item, label in random_log() if who == user and time <= now and label]
        before.remove(example[features.CANDIDATES][0])
        assert set(example[features.HISTORY_ITEMS]) <= set(before)


def test_histories_add_up(random_made):
    for example in random_made.targets:
        kinds, counts, items, queries = of(example, *HISTORY)
        assert len(kinds) == len(counts) and sum(counts) == len(items)
        assert kinds.count(2) == len(queries) <= 3


def in_one_order(made):
    return {split: sorted(map(str, examples)) for split, examples in made.splits.items()}


def test_neither_workers_nor_the_order_of_bundles_matter(random_config, random_made, tmp_path):
    assert in_one_order(generate(tmp_path, random_config, workers=3)) == in_one_order(random_made)


def test_another_seed_draws_other_negatives_and_nothing_else(random_config, random_made, tmp_path):
    other = generate(tmp_path, dataclasses.replace(random_config, seed=18))
    assert in_one_order(other) != in_one_order(random_made)

    def positives(made):
        return sorted(
            str({**example, features.CANDIDATES: example[features.CANDIDATES][:1]}) for example in made.targets
        )

    assert positives(other) == positives(random_made)


def test_popular_items_are_drawn_more_often(random_config, tmp_path):
    made = generate(tmp_path, dataclasses.replace(random_config, negatives="popularity"))
    drawn = {item for example in made.targets for item in example[features.CANDIDATES][1:]}
    engaged = {item for _, _, _, _, _, item, label in random_log() if label}
    assert drawn <= engaged


def test_ties_keep_the_order_of_the_files(tmp_path):
    events = [("u", 7, "recommendation", "", "", item, 1) for item in "abcdefgh"]
    write(tmp_path / "1.tsv", lines(HEADER, *events[:4]))
    write(tmp_path / "2.tsv", lines(HEADER, *events[4:]))
    write(tmp_path / "items.csv", "item_id\nz\n")
    config = DataConfig(
        events=f"{tmp_path}/?.tsv", items=f"{tmp_path}/items.csv", train_negatives=1, evaluation_negatives=1
    )
    made = generate(tmp_path / "made", config)
    histories = sorted("".join(example[features.HISTORY_ITEMS]) for example in made.targets)
    assert histories == ["", "a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg"]


def test_all_files_are_packed(random_made, random_config, tmp_path):
    generate(tmp_path, random_config)
    for path in tmp_path.glob("Split-*/*"):
        assert path.name == "data_tfrecord-00000-of-00001.gz"
        assert gzip.decompress(path.read_bytes())
