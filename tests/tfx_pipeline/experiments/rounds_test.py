import logging
from pathlib import Path

import pytest

from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.config.variants import Variant
from tfx_pipeline.experiments import rounds
from tfx_pipeline.experiments.results import Trained

CONFIG = str(Path(__file__).resolve().parents[3] / "configs" / "online_retail.yaml")


def variants(*names):
    """Variants that differ in their numbers of epochs; the last has a seed of its own."""
    seeds = [["train.seed=40"] if name == names[-1] else [] for name in names]
    overrides = [[f"train.epochs={place}", *seed] for place, seed in enumerate(seeds, start=1)]
    return [(Variant(name, tuple(own)), load_config(CONFIG, own)) for name, own in zip(names, overrides, strict=True)]


def trained(seconds=60.0, is_cached=False):
    return Trained({"search": {"ndcg_at_5": 0.5, "epoch": 1}}, {}, 7, seconds, is_cached)


def test_all_variants_are_trained_with_a_seed_before_the_next_one_and_nothing_else_changes():
    made = variants("complete", "small")
    planned = rounds.trainings(made, 3)
    assert [(each.title, each.variant.name, each.turn, each.seed) for each in planned] == [
        ("complete", "complete", 0, 17),
        ("small", "small", 0, 40),
        ("complete, seed 2", "complete", 1, 18),
        ("small, seed 2", "small", 1, 41),
        ("complete, seed 3", "complete", 2, 19),
        ("small, seed 3", "small", 2, 42),
    ]
    # The very configuration, so that what was trained with one seed is in the cache.
    assert [each.config for each in planned[:2]] == [config for _, config in made]
    assert planned[4].config == load_config(CONFIG, ["train.epochs=1", "train.seed=19"])


def test_a_variant_that_fails_is_left_out_from_then_on_and_the_others_go_on():
    planned = rounds.trainings(variants("complete", "broken", "small"), 3)
    asked = []

    def train(training):
        asked.append((training.config.train.epochs, training.seed))
        if training.config.train.epochs == 2 and training.seed == 18:
            raise ValueError("no such thing")
        return trained()

    results, left = [], []
    for each in rounds.run(planned, train, lambda error, config: f"{error} at {config.train.seed}"):
        results.append(each)
        left.append(rounds.left(planned, results))
    assert asked == [(1, 17), (2, 17), (3, 40), (1, 18), (2, 18), (3, 41), (1, 19), (3, 42)]
    assert [(each.training.variant.name, each.error) for each in results if not each.trained] == [
        ("broken", "no such thing at 18")
    ]
    assert left == [8, 7, 6, 5, 3, 2, 1, 0]  # The broken one's third seed is left out.
    assert len(results) == 8 and all(not each.error for each in results if each.trained)


def test_an_interruption_ends_it_and_the_same_call_again_trains_what_is_missing():
    planned, cache, made = rounds.trainings(variants("complete", "small"), 2), {}, []

    def train(training):
        key = training.config.train.epochs, training.seed
        if key not in cache:
            if len(made) == 3:
                raise ValueError("interrupted")
            made.append(key)
        return cache.setdefault(key, trained())

    def tell(error, config):
        raise KeyboardInterrupt from error

    results = []
    with pytest.raises(KeyboardInterrupt):
        for each in rounds.run(planned, train, tell):
            results.append(each)
    # The first comparison is whole.
    assert [each.training.variant.name for each in results] == ["complete", "small", "complete"]
    made.clear()
    assert len(list(rounds.run(planned, train, tell))) == 4
    assert made == [(2, 41)]
    # With more seeds, these alone.
    made.clear()
    list(rounds.run(rounds.trainings(variants("complete", "small"), 3), train, tell))
    assert made == [(1, 19), (2, 42)]


def test_each_training_is_announced_with_the_time_that_is_left(caplog):
    planned = rounds.trainings(variants("complete", "small"), 2)
    with caplog.at_level(logging.INFO):
        list(rounds.run(planned, lambda each: trained(60.0 * each.config.train.epochs, each.seed == 17), None))
    assert caplog.messages == [
        "Variant 1 of 2, seed 1 of 2: complete",  # Nobody knows yet.
        "Variant 2 of 2, seed 1 of 2: small, at most 3 min left",  # Three like the first, which was in the cache.
        "Variant 1 of 2, seed 2 of 2: complete, about 3 min left",  # One and two.
        "Variant 2 of 2, seed 2 of 2: small, about 2 min left",
    ]


@pytest.mark.parametrize(
    ("open_ones", "seconds", "is_cached", "told"),
    [
        (["a", "b"], {}, False, ""),
        (["a"], {"a": 29.0}, False, ", less than 1 min left"),
        (["a"], {"a": 31.0}, False, ", about 1 min left"),
        # Those that were not trained yet take 90 s each.
        (["a", "c", "d"], {"a": 60.0, "b": 120.0}, False, ", about 4 min left"),
        (["a", "a"], {"a": 3660.0}, False, ", about 2 h 2 min left"),
        (["a"], {"a": 3600.0}, True, ", at most 1 h 0 min left"),
    ],
)
def test_the_time_that_is_left(open_ones, seconds, is_cached, told):
    assert rounds.time_left(open_ones, seconds, is_cached) == told
