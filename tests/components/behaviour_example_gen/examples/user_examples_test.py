from collections import Counter

import pytest

from components.behaviour_example_gen.examples.user_examples import examples_of_user
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


def test_the_last_example_that_is_made_ends_the_sequence():
    """Validation and test are left out here, and what is learned from is not touched by that."""
    events = [Event("u", place, Surface.RECOMMENDATION, item_id=item) for place, item in enumerate("abcde")]
    sampler = NegativeSampler.of(list("abcdefgh"), None, seed=1)
    examples = examples_of_user("u", events, sampler, DataConfig(train_negatives=1, evaluation_negatives=4))
    ends = [values(example.serialized)[features.SEQUENCE_END] for example in examples.made]
    assert ends == [[0], [0], [1]]
