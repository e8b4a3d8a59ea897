import pytest

from schemas.canonical_event import Surface
from tfx_pipeline.training import learned_share

SEARCH, FEED = Surface.SEARCH, Surface.RECOMMENDATION
SHARES = (1.0, 0.75, 0.5, 0.25)


class Model:
    """Has the NDCG@5 of a surface that the scripts say for its share; what is not scripted has no rows."""

    def __init__(self, **scripts):
        self.scripts = {name: dict(zip(SHARES, values, strict=True)) for name, values in scripts.items()}
        self.shares, self.asked = dict.fromkeys(Surface, 1.0), []

    def start_from_features(self, batches):
        return True

    def set_learned_shares(self, shares):
        self.shares |= shares

    def choose(self):
        return learned_share.choose(self, "validation", self.evaluate("validation", 0, True))

    def evaluate(self, batches, verbose, return_dict):
        assert batches == "validation"
        self.asked.append(dict(self.shares))
        metrics = {f"ndcg_at_5_{each.value}": 0.0 for each in Surface}
        for name, script in self.scripts.items():
            metrics[f"ndcg_at_5_{name}"] = script[self.shares[Surface(name)]]
        return {**metrics, "loss": 2}


def test_each_surface_keeps_the_share_that_ranks_best():
    model = Model(search=(0.5, 0.6, 0.7, 0.6), recommendation=(0.1, 0.2, 0.3, 0.4))
    shares, metrics = model.choose()
    assert shares == model.shares == {SEARCH: 0.5, FEED: 0.25}
    assert metrics == {"ndcg_at_5_search": 0.7, "ndcg_at_5_recommendation": 0.4, "loss": 2.0}
    assert learned_share.told(shares) == "25% in the feed, 50% in search"


def test_of_equal_ones_the_largest_share_stays_and_nothing_is_told_of_all():
    model = Model(search=(0.5, 0.4, 0.3, 0.5))
    shares, _ = model.choose()
    assert shares == {SEARCH: 1.0} and model.shares == {SEARCH: 1.0, FEED: 1.0}
    assert learned_share.told(shares) == ""


def test_what_is_known_of_a_share_is_not_measured_again():
    model = Model(recommendation=(0.1, 0.1, 0.1, 0.2))
    shares, metrics = model.choose()
    assert shares == {FEED: 0.25} and metrics["ndcg_at_5_recommendation"] == 0.2
    assert model.shares == {FEED: 0.25, SEARCH: 1.0}
    assert len(model.asked) == len(SHARES)


def test_a_model_without_a_start_is_refused():
    with pytest.raises(TypeError, match="should follow `StartsFromFeatures`. Received: int"):
        learned_share.choose(1, "validation", {})
