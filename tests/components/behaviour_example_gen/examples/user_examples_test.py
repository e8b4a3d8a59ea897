"""What leak_laws_test.py does not say: examples that the source itself has cut."""

from components.behaviour_example_gen.examples.user_examples import examples_of_user
from components.behaviour_example_gen.negatives.drawing import NegativeSampler
from components.sources.candidate_row import FixedCandidates
from components.sources.data_config import DataConfig
from schemas import features
from schemas.canonical_event import Event, Surface
from tests.support.generated_examples import values

EVENTS = [
    Event("u", 0, Surface.SEARCH, "mug", item_id="a", position=0, split="train"),
    Event("u", 0, Surface.RECOMMENDATION, item_id="b", position=1, split="validation"),
    Event("u", 0, Surface.RECOMMENDATION, item_id="c", position=2, split="test"),
]
SAMPLER = NegativeSampler(["a", "b", "c", "d"], None, seed=1)


def test_given_candidates_are_kept_and_others_drawn():
    row = FixedCandidates("c.tsv:2", "u", 2, Surface.RECOMMENDATION, "test", "c", ("y", "x"))
    made = examples_of_user("u", EVENTS, SAMPLER, DataConfig(train_negatives=1), [row])
    assert [(each.split, each.item_id) for each in made] == [("train", "a"), ("test", "c")]
    found = [values(each.serialized) for each in made]
    assert [each[features.CANDIDATES] for each in found] == [["a", "d"], ["c", "y", "x"]]
    # What has no candidates is history all the same.
    assert [each[features.HISTORY_ITEMS] for each in found] == [[], ["a", "b"]]


def test_negatives_may_be_what_the_user_passed_by():
    passed_by = Event("u", 1, Surface.RECOMMENDATION, item_id="d", label=0)
    later = Event("u", 2, Surface.RECOMMENDATION, item_id="e", label=0)
    target = Event("u", 1, Surface.RECOMMENDATION, item_id="a")
    sampler = NegativeSampler(list("abcdefghijklmnopqrstuvwxyz"), None, seed=1)
    config = DataConfig(negatives="shown", evaluation_negatives=1)
    (made,) = examples_of_user("u", [target, passed_by, later], sampler, config)
    assert values(made.serialized)[features.CANDIDATES] == ["a", "d"]
