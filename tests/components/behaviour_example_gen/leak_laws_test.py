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
CONFIG = DataConfig(
    train_negatives=3, evaluation_negatives=5, search_history=3, recommendation_history=4, items_per_session=2
)


def random_row(chance):
    search = chance.random() < 0.5
    item = "" if search and chance.random() < 0.1 else f"i{chance.randrange(40)}"
    return (
        f"u{chance.randrange(12)}",
        chance.randrange(50),
        "search" if search else "recommendation",
        chance.choice(["mug", "tea"]) if search else "",
        chance.choice(["", "s1", "s2"]) if search else "",
        item,
        int(chance.random() < 0.9 or not item),
    )


CHANCE = random.Random(5)
LOG = [random_row(CHANCE) for _ in range(300)]
TARGETS = sorted((user, time, item) for user, time, *_, item, label in LOG if label and item)
ENGAGED = {(user, item) for user, _, item in TARGETS}
COUNTS = collections.Counter({f"never{number}": 0 for number in range(9)} | {item: 0 for *_, item, _ in LOG if item})
COUNTS.update(item for *_, item in TARGETS)
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


def make(**changes):
    """(split, example) of all users, without Beam."""
    config = dataclasses.replace(CONFIG, **changes)
    weights = [row.engagements for row in CATALOG] if config.negatives == "popularity" else None
    pools = CategoryPools([row.item.categories for row in CATALOG]) if config.negatives == "category" else None
    sampler = NegativeSampler.of([row.item.item_id for row in CATALOG], weights, config.seed, pools)
    return [
        (example.split, values(example.serialized))
        for user, events in users().items()
        for example in examples_of_user(user, events, sampler, config).made
    ]


def target(example):
    """Its user, time and item."""
    return tuple(example[name][0] for name in (features.USER_ID, features.TIMESTAMP_MS, features.CANDIDATES))


@pytest.fixture(scope="module")
def made():
    return make()


def test_every_engagement_is_the_target_of_one_example(made):
    assert sorted(target(example) for _, example in made) == TARGETS


@pytest.mark.parametrize("negatives", ["uniform", "popularity", "shown", "category"])
def test_no_negative_is_an_item_that_the_user_ever_engaged_with(negatives):
    for split, example in make(negatives=negatives):
        user, candidates = example[features.USER_ID][0], example[features.CANDIDATES]
        assert not {(user, item) for item in candidates[1:]} & ENGAGED
        assert len(candidates) == len(set(candidates)) == (4 if split == features.TRAIN_SPLIT else 6)
        assert example[features.LABELS] == [1.0] + [0.0] * (len(candidates) - 1)


@pytest.mark.parametrize("negatives", ["uniform", "popularity", "shown", "category"])
@pytest.mark.parametrize("share", [0.5, 1.0])
def test_negatives_that_the_user_engaged_with_are_of_the_history_that_the_example_shows(negatives, share):
    for split, example in make(negatives=negatives, history_negatives=share):
        user, (positive, *drawn) = example[features.USER_ID][0], example[features.CANDIDATES]
        wanted = 3 if split == features.TRAIN_SPLIT else 5
        history = {*example[features.HISTORY_ITEMS]} - {positive}
        engaged = [item for item in drawn if (user, item) in ENGAGED]
        assert len({positive, *drawn}) == 1 + wanted
        assert {*engaged} <= history and len(engaged) == min(int(share * wanted), len(history))


def held_out(events):
    """The split of each place whose event is held out: of each surface the last target, and the one before it."""
    found = {}
    for surface in Surface:
        places = [place for place, event in enumerate(events) if event.is_target and event.surface is surface]
        found |= zip(places[-2:][::-1], (features.TEST_SPLIT, features.VALIDATION_SPLIT), strict=False)
    return found


@pytest.mark.parametrize("shows_held_out", [False, True])
def test_a_history_is_made_of_the_events_before_its_target_that_its_split_may_see(shows_held_out):
    remaining = iter(make(held_out_in_histories=shows_held_out))
    hidden = {features.TRAIN_SPLIT: {"validation", "test"}, features.VALIDATION_SPLIT: {"test"}}
    left_out = 0
    for events in users().values():
        splits = held_out(events)
        for place, event in enumerate(events):
            if not event.is_target:
                continue
            split, example = next(remaining)
            assert split == splits.get(place, features.TRAIN_SPLIT)
            unseen = set() if shows_held_out else hidden.get(split, set())
            seen = [each for at, each in enumerate(events[:place]) if splits.get(at) not in unseen]
            left_out += place - len(seen)
            before = list(enumerate(tokens(seen, CONFIG.items_per_session)))
            newest = [each for each in before if each[1].surface is Surface.RECOMMENDATION][-4:]
            newest += [each for each in before if each[1].surface is Surface.SEARCH][-3:]
            history = [token for _, token in sorted(newest, key=lambda each: each[0])]
            assert example[features.HISTORY_KINDS] == [token.surface.token_kind for token in history]
            assert example[features.HISTORY_ITEM_COUNTS] == [len(token.items) for token in history]
            assert example[features.HISTORY_ITEMS] == [item for token in history for item in token.items]
            assert example[features.HISTORY_QUERIES] == [token.query for token in history if token.query]
    assert next(remaining, None) is None
    assert (left_out > 20) is not shows_held_out


def test_another_seed_draws_other_negatives_and_changes_nothing_else(made):
    candidates, rest = [], []
    for examples in (made, make(seed=18)):
        candidates.append([example[features.CANDIDATES][1:] for _, example in examples])
        rest.append([(split, target(each), {**each, features.CANDIDATES: []}) for split, each in examples])
    assert sum(one != two for one, two in zip(*candidates, strict=True)) > 0.9 * len(made)
    assert rest[0] == rest[1]


@pytest.mark.parametrize(
    ("negatives", "workers", "share"),
    [("uniform", 1, 0.0), ("popularity", 3, 0.5), ("shown", 2, 0.0), ("category", 2, 0.0)],
)
def test_beam_makes_the_same_whatever_its_workers_and_bundles(tmp_path, negatives, workers, share):
    write(tmp_path / "1.tsv", lines(HEADER, *LOG[:150]))
    write(tmp_path / "2.tsv.gz", lines(HEADER, *LOG[150:]))
    kind = {"negatives": negatives, "history_negatives": share}
    config = dataclasses.replace(CONFIG, events=f"{tmp_path}/*.tsv*", **kind)
    found = generate(tmp_path / "made", config, CATALOG, workers)
    expected = make(**kind)
    for split in features.BEHAVIOUR_SPLITS:
        wanted = [str(example) for each, example in expected if each == split]
        assert sorted(map(str, found.splits[split])) == sorted(wanted)


def test_the_files_may_be_named_in_any_order(tmp_path):
    """Of a log in which no user has two events at once, that is; such events are told apart by where they stand."""
    log = [(user, 1_000 * time + place, *rest) for place, (user, time, *rest) in enumerate(LOG)]
    found = []
    for names, workers in (("abc", 1), ("cab", 2)):
        folder = tmp_path / names
        folder.mkdir()
        for part, name in enumerate(names):
            write(folder / f"{name}.tsv", lines(HEADER, *log[part::3]))
        found.append(generate(folder / "made", dataclasses.replace(CONFIG, events=f"{folder}/*.tsv"), CATALOG, workers))
    for split in (*features.BEHAVIOUR_SPLITS, features.CATALOG_SPLIT):
        one, two = (sorted(map(str, each.splits[split])) for each in found)
        assert one == two and one


def test_of_long_histories_the_newest_are_kept_and_the_rest_is_counted(tmp_path):
    log = write(tmp_path / "log.tsv", lines(HEADER, *LOG))
    config = dataclasses.replace(CONFIG, events=log, max_events_per_user=10)
    found = generate(tmp_path / "made", config, CATALOG, workers=2)
    lengths = [len(events) for events in users().values()]
    assert found.summary.counts["users_cut"] == sum(length > 10 for length in lengths) > 0
    assert found.summary.counts["events_cut"] == sum(max(length - 10, 0) for length in lengths)
    newest = [event for events in users().values() for event in events[-10:] if event.is_target]
    expected = sorted((event.user_id, event.timestamp_ms, event.item_id) for event in newest)
    assert sorted(map(target, found.targets)) == expected
    for example in found.targets:
        assert not {(example[features.USER_ID][0], item) for item in example[features.CANDIDATES][1:]} & ENGAGED
