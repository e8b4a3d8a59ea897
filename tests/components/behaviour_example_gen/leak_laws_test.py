"""What no example may show, on a random log full of ties: the way without Beam, and Beam against it."""

import collections
import dataclasses
import random

import pytest

from components.behaviour_example_gen.examples.user_examples import examples_of_user
from components.behaviour_example_gen.negatives.category_pools import CategoryPools
from components.behaviour_example_gen.negatives.drawing import NegativeSampler
from components.item_catalog.table import CatalogItem
from components.sources.data_config import DataConfig
from schemas import features
from schemas.canonical_event import Event, Item, Surface, tokens
from tests.support.generated_examples import generate, values
from tests.support.raw_files import lines, write

HEADER = ("user_id", "timestamp_ms", "surface", "query", "session_id", "item_id", "label")
CONFIG = DataConfig(train_negatives=3, evaluation_negatives=5, search_history=3, recommendation_history=4)


def random_row(chance):
    search = chance.random() < 0.5
    return (
        f"u{chance.randrange(12)}",
        chance.randrange(50),
        "search" if search else "recommendation",
        chance.choice(["mug", "tea"]) if search else "",
        chance.choice(["s1", "s2"]) if search else "",
        f"i{chance.randrange(40)}",
        int(chance.random() < 0.9),
    )


CHANCE = random.Random(5)
LOG = [random_row(CHANCE) for _ in range(300)]
ENGAGED = {(user, item) for user, *_, item, label in LOG if label}
COUNTS = collections.Counter({f"never{number}": 0 for number in range(9)})
for *_, ITEM, LABEL in LOG:
    COUNTS[ITEM] += LABEL
CATALOG = [
    CatalogItem(Item(item, categories=("All", f"Group {place % 5}")), COUNTS[item])
    for place, item in enumerate(sorted(COUNTS))
]


def users():
    """The events of each user: in time order, ties in the order of the log."""
    found = collections.defaultdict(list)
    for user, time, surface, query, session, item, label in sorted(LOG, key=lambda row: row[1]):
        found[user].append(Event(user, time, Surface(surface), query, session, item, label))
    return found


def make(config=CONFIG):
    """(split, example) of all users, without Beam."""
    weights = [row.engagements for row in CATALOG] if config.negatives == "popularity" else None
    pools = CategoryPools([row.item.categories for row in CATALOG]) if config.negatives == "category" else None
    sampler = NegativeSampler([row.item.item_id for row in CATALOG], weights, config.seed, pools)
    return [
        (example.split, values(example.serialized))
        for user, events in users().items()
        for example in examples_of_user(user, events, sampler, config)
    ]


@pytest.fixture(scope="module")
def made():
    return make()


def test_every_engagement_is_the_target_of_one_example(made):
    targets = [
        (example[features.USER_ID][0], example[features.TIMESTAMP_MS][0], example[features.CANDIDATES][0])
        for _, example in made
    ]
    assert sorted(targets) == sorted((user, time, item) for user, time, *_, item, label in LOG if label)


def test_each_user_has_one_test_and_one_validation_target_on_a_surface(made):
    counts = collections.Counter(
        (split, example[features.USER_ID][0], example[features.SURFACE][0])
        for split, example in made
        if split != features.TRAIN_SPLIT
    )
    assert set(counts.values()) == {1}
    assert len(counts) == 2 * 2 * 12


@pytest.mark.parametrize("negatives", ["uniform", "popularity", "shown", "category"])
def test_no_negative_is_an_item_that_the_user_ever_engaged_with(negatives):
    for split, example in make(dataclasses.replace(CONFIG, negatives=negatives)):
        user, candidates = example[features.USER_ID][0], example[features.CANDIDATES]
        assert not {(user, item) for item in candidates[1:]} & ENGAGED
        assert len(candidates) == len(set(candidates)) == (4 if split == features.TRAIN_SPLIT else 6)
        assert example[features.LABELS] == [1.0] + [0.0] * (len(candidates) - 1)


def test_a_history_is_made_of_the_events_strictly_before_its_target(made):
    remaining = iter(made)
    for events in users().values():
        for place, event in enumerate(events):
            if event.label == 0:
                continue
            _, example = next(remaining)
            before = list(enumerate(tokens(events[:place], CONFIG.items_per_session)))
            newest = [each for each in before if each[1].surface is Surface.RECOMMENDATION][-4:]
            newest += [each for each in before if each[1].surface is Surface.SEARCH][-3:]
            history = [token for _, token in sorted(newest, key=lambda each: each[0])]
            assert example[features.HISTORY_KINDS] == [token.surface.token_kind for token in history]
            assert example[features.HISTORY_ITEM_COUNTS] == [len(token.items) for token in history]
            assert example[features.HISTORY_ITEMS] == [item for token in history for item in token.items]
            assert example[features.HISTORY_QUERIES] == [token.query for token in history if token.query]
    assert next(remaining, None) is None


def test_another_seed_draws_other_negatives_and_changes_nothing_else(made):
    other = make(dataclasses.replace(CONFIG, seed=18))
    negatives = [[example[features.CANDIDATES][1:] for _, example in each] for each in (made, other)]
    assert sum(one != two for one, two in zip(*negatives, strict=True)) > 0.9 * len(made)
    assert [split for split, _ in made] == [split for split, _ in other]
    for (_, one), (_, two) in zip(made, other, strict=True):
        assert {**one, features.CANDIDATES: one[features.CANDIDATES][:1]} == {
            **two,
            features.CANDIDATES: two[features.CANDIDATES][:1],
        }


@pytest.mark.parametrize(("negatives", "workers"), [("uniform", 1), ("popularity", 3), ("shown", 2), ("category", 2)])
def test_beam_makes_the_same_whatever_its_workers_and_bundles(tmp_path, negatives, workers):
    write(tmp_path / "1.tsv", lines(HEADER, *LOG[:150]))
    write(tmp_path / "2.tsv.gz", lines(HEADER, *LOG[150:]))
    config = dataclasses.replace(CONFIG, events=f"{tmp_path}/*.tsv*", negatives=negatives)
    found = generate(tmp_path / "made", config, CATALOG, workers)
    expected = make(config=config)
    for split in features.BEHAVIOUR_SPLITS:
        wanted = [str(example) for each, example in expected if each == split]
        assert sorted(map(str, found.splits[split])) == sorted(wanted)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_files_may_be_named_in_any_order(tmp_path, workers):
    """Of a log in which no user has two events at once, that is; such events are told apart by where they stand."""
    log = [(user, 100 * time + place % 100, *rest) for place, (user, time, *rest) in enumerate(LOG)]
    for folder, names in (("one", "abc"), ("two", "cab")):
        (tmp_path / folder).mkdir()
        for name, part in zip(names, range(3), strict=True):
            write(tmp_path / folder / f"{name}.tsv", lines(HEADER, *log[part::3]))
    found = [
        generate(
            tmp_path / f"made_{folder}", dataclasses.replace(CONFIG, events=f"{tmp_path}/{folder}/*.tsv"), CATALOG, n
        )
        for folder, n in (("one", 1), ("two", workers))
    ]
    for split in (*features.BEHAVIOUR_SPLITS, features.CATALOG_SPLIT):
        one, two = (sorted(map(str, each.splits[split])) for each in found)
        assert one == two and one


def test_of_long_histories_the_newest_are_kept_and_the_rest_is_counted(tmp_path):
    limit = 10
    write(tmp_path / "log.tsv", lines(HEADER, *LOG))
    config = dataclasses.replace(CONFIG, events=f"{tmp_path}/log.tsv", max_events_per_user=limit)
    found = generate(tmp_path / "made", config, CATALOG, workers=2)
    lengths = [len(events) for events in users().values()]
    assert found.summary.counts["users_cut"] == sum(length > limit for length in lengths) > 0
    assert found.summary.counts["events_cut"] == sum(max(length - limit, 0) for length in lengths)
    targets = sorted(
        (example[features.USER_ID][0], example[features.TIMESTAMP_MS][0], example[features.CANDIDATES][0])
        for example in found.targets
    )
    newest = (event for events in users().values() for event in events[-limit:])
    assert targets == sorted((event.user_id, event.timestamp_ms, event.item_id) for event in newest if event.label)
    for example in found.targets:
        assert not {(example[features.USER_ID][0], item) for item in example[features.CANDIDATES][1:]} & ENGAGED
