from collections import Counter

import pytest

from components.behaviour_example_gen.examples.user_examples import examples_of_user
from components.behaviour_example_gen.negatives.category_pools import CategoryPools
from components.behaviour_example_gen.negatives.drawing import NegativeSampler
from components.sources.data_config import DataConfig
from schemas import features
from schemas.canonical_event import Event, Surface
from schemas.features import TEST_SPLIT, TRAIN_SPLIT, VALIDATION_SPLIT
from tests.support.generated_examples import values


def test_negatives_may_be_what_the_user_passed_by():
    """What `leak_laws_test.py` does not say; `fixed_benchmark_generation_test.py` has candidates that are given."""
    passed_by = Event("u", 1, Surface.RECOMMENDATION, item_id="d", label=0)
    later = Event("u", 2, Surface.RECOMMENDATION, item_id="e", label=0)
    target = Event("u", 1, Surface.RECOMMENDATION, item_id="a")
    sampler = NegativeSampler.of(list("abcdefghijklmnopqrstuvwxyz"), None, seed=1)
    config = DataConfig(negatives="shown", evaluation_negatives=1)
    (made,) = examples_of_user("u", [target, passed_by, later], sampler, config).made
    assert values(made.serialized)[features.CANDIDATES] == ["a", "d"]


@pytest.mark.parametrize(
    ("train", "evaluation", "made", "left_out"),
    [
        # The catalogue has 8 items, of which the user engaged with 5, so 3 are left.
        (3, 3, {TRAIN_SPLIT: 3, VALIDATION_SPLIT: 1, TEST_SPLIT: 1}, {}),
        (3, 4, {TRAIN_SPLIT: 3}, {VALIDATION_SPLIT: 1, TEST_SPLIT: 1}),
        (4, 3, {VALIDATION_SPLIT: 1, TEST_SPLIT: 1}, {TRAIN_SPLIT: 3}),
        (9, 9, {}, {TRAIN_SPLIT: 3, VALIDATION_SPLIT: 1, TEST_SPLIT: 1}),
    ],
)
def test_targets_without_enough_other_items_are_left_out_and_counted(train, evaluation, made, left_out):
    """So one user who engaged with nearly everything does not end a run."""
    events = [Event("u", place, Surface.RECOMMENDATION, item_id=item) for place, item in enumerate("abcde")]
    sampler = NegativeSampler.of(list("abcdefgh"), None, seed=1)
    config = DataConfig(train_negatives=train, evaluation_negatives=evaluation)
    examples = examples_of_user("u", events, sampler, config)
    assert Counter(example.split for example in examples.made) == made
    assert dict(examples.left_out) == left_out


FEED, SEARCH = Surface
AGAIN = [
    Event("u", 0, FEED, item_id="a"),
    Event("u", 1, SEARCH, "tea", "s", item_id="b"),
    Event("u", 2, SEARCH, "tea", "s", item_id="c"),
    Event("u", 3, FEED, item_id="x", label=0),
    Event("u", 4, FEED, item_id="d"),
    Event("u", 5, FEED, item_id="a"),
    Event("u", 6, SEARCH, "tea", "t", item_id="b"),
    Event("u", 7, FEED, item_id="e"),
]
"""A user who gets a and b again."""


def negatives_of(config, seed=1, categories=None, user="u"):
    """(split, positive, negatives) of each example of `AGAIN` in a catalogue of 26 letters."""
    sampler = NegativeSampler.of(list("abcdefghijklmnopqrstuvwxyz"), None, seed, categories)
    made = examples_of_user(user, AGAIN, sampler, config).made
    candidates = [values(each.serialized)[features.CANDIDATES] for each in made]
    return [(each.split, of[0], of[1:]) for each, of in zip(made, candidates, strict=True)]


@pytest.mark.parametrize("kind", ["uniform", "shown", "category"])
def test_a_share_of_the_negatives_is_of_the_example_s_own_history(kind):
    """Half of 5 is 2, half of 7 is 3. e is engaged with later than all others, so it is never of a history."""
    categories = CategoryPools([("All",)] * 26) if kind == "category" else None
    config = DataConfig(train_negatives=5, evaluation_negatives=7, negatives=kind, history_negatives=0.5)
    found = negatives_of(config, categories=categories)
    before = [set(), {"a"}, {"a", "b"}, {"a", "b", "c"}, {"b", "c", "d"}, {"a", "c", "d"}, {"a", "b", "c", "d"}]
    splits = [TRAIN_SPLIT, TRAIN_SPLIT, VALIDATION_SPLIT, TRAIN_SPLIT, VALIDATION_SPLIT, TEST_SPLIT, TEST_SPLIT]
    assert [(split, positive) for split, positive, _ in found] == list(zip(splits, "abcdabe", strict=True))
    for (split, positive, negatives), history in zip(found, before, strict=True):
        wanted, most = (5, 2) if split == TRAIN_SPLIT else (7, 3)
        own = set(negatives) & set("abcde")
        assert own <= history and len(own) == min(most, len(history))
        assert len(negatives) == len(set(negatives)) == wanted, "others fill up what the history lacks"
        if kind == "shown" and positive == "e":
            assert "x" in negatives, "what was passed by on the surface comes first among these"


def test_of_the_history_each_item_is_drawn_alike_whoever_comes_before():
    config = DataConfig(train_negatives=1, evaluation_negatives=2, history_negatives=0.5)
    drawn = Counter(negatives_of(config, user=f"u{user}")[-1][2][0] for user in range(400))
    # One of a, b, c and d, at a quarter each; five deviations of 400 draws are 43.
    assert set(drawn) == set("abcd") and all(abs(count - 100) < 43 for count in drawn.values())
    once = negatives_of(config)
    assert negatives_of(config) == once and any(negatives_of(config, seed=seed) != once for seed in range(2, 9))


def test_the_history_is_what_the_example_holds_of_it():
    """Of two feed tokens and one session with one item, the last example holds d, a and the newest b."""
    config = DataConfig(
        recommendation_history=2, search_history=1, items_per_session=1, evaluation_negatives=9, history_negatives=1.0
    )
    (*_, (_, positive, negatives)) = negatives_of(config)
    assert positive == "e" and sorted(negatives[:3]) == ["a", "b", "d"]
    assert len(set(negatives)) == 9 and not set(negatives[3:]) & set("abcde")


@pytest.mark.parametrize(("share", "made"), [(0.0, 0), (0.5, 8), (1.0, 8)])
def test_a_user_who_had_nearly_everything_is_told_from_the_history(share, made):
    """Of a to f, u had all but f. The first example has no history and lacks a second negative; the others have two."""
    events = [Event("u", place, FEED, item_id=item) for place, item in enumerate("abcdeabcd")]
    sampler = NegativeSampler.of(list("abcdef"), None, seed=1)
    negatives = {"train_negatives": 2, "evaluation_negatives": 2}
    examples = examples_of_user("u", events, sampler, DataConfig(history_negatives=share, **negatives))
    assert (len(examples.made), examples.left_out.total()) == (made, 9 - made)
    for example in examples.made:
        candidates = values(example.serialized)[features.CANDIDATES]
        assert len(set(candidates)) == 3


def test_the_last_example_that_is_made_ends_the_sequence():
    """Validation and test are left out here, and what is learned from is not touched by that."""
    events = [Event("u", place, Surface.RECOMMENDATION, item_id=item) for place, item in enumerate("abcde")]
    sampler = NegativeSampler.of(list("abcdefgh"), None, seed=1)
    examples = examples_of_user("u", events, sampler, DataConfig(train_negatives=1, evaluation_negatives=4))
    ends = [values(example.serialized)[features.SEQUENCE_END] for example in examples.made]
    assert ends == [[0], [0], [1]]
