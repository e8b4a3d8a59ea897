from components.behaviour_example_gen.examples.user_examples import examples_of_user
from components.behaviour_example_gen.negatives.drawing import NegativeSampler
from components.sources.data_config import DataConfig
from schemas import features
from schemas.canonical_event import Event, Surface
from tests.support.generated_examples import values


def test_negatives_may_be_what_the_user_passed_by():
    """What `leak_laws_test.py` does not say; `fixed_benchmark_generation_test.py` has candidates that are given."""
    passed_by = Event("u", 1, Surface.RECOMMENDATION, item_id="d", label=0)
    later = Event("u", 2, Surface.RECOMMENDATION, item_id="e", label=0)
    target = Event("u", 1, Surface.RECOMMENDATION, item_id="a")
    sampler = NegativeSampler(list("abcdefghijklmnopqrstuvwxyz"), None, seed=1)
    config = DataConfig(negatives="shown", evaluation_negatives=1)
    (made,) = examples_of_user("u", [target, passed_by, later], sampler, config)
    assert values(made.serialized)[features.CANDIDATES] == ["a", "d"]
