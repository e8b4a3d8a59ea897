from types import SimpleNamespace

import pytest

from tfx_pipeline.tuning.median_rule import EpochScores, is_hopeless, read_scores

OTHERS = [{1: 0.1, 2: 0.2, 3: 0.3, 4: 0.9}, {1: 0.4}, {1: 0.1, 2: 0.5, 3: 0.2}, {1: 0.1, 2: 0.1, 3: 0.2}]
"""Their bests up to the third epoch: 0.3, 0.4, 0.5 and 0.2, of which the median is 0.35."""


@pytest.mark.parametrize(
    ("own", "epoch", "hopeless"),
    [
        ({1: 0.1, 2: 0.1, 3: 0.34}, 3, True),
        ({1: 0.1, 2: 0.1, 3: 0.36}, 3, False),
        # What counts is its best epoch, not its last one.
        ({1: 0.36, 2: 0.1, 3: 0.1}, 3, False),
        ({3: 0.35}, 3, False),
        # Of others, what came later does not count; by the fourth epoch their median is (0.4 + 0.5) / 2.
        ({3: 0.36, 4: 0.36}, 4, True),
        # Too soon.
        ({1: 0.0, 2: 0.0}, 2, False),
    ],
)
def test_a_trial_is_hopeless_below_the_median_of_the_others(own, epoch, hopeless):
    assert is_hopeless(own, OTHERS, epoch) is hopeless


def test_it_takes_four_others_to_tell():
    own = {1: 0.0, 2: 0.0, 3: 0.0}
    assert is_hopeless(own, OTHERS, 3)
    assert not is_hopeless(own, OTHERS[:3], 3)
    # One that failed before its first epoch tells nothing.
    assert not is_hopeless(own, [*OTHERS[:3], {}], 3)


def train(path, values, others, begin=0):
    """Hears of the epochs of a training until it is stopped."""
    callback = EpochScores(path, "val_x", None if others is None else lambda: others)
    callback.set_model(SimpleNamespace(stop_training=False))
    for epoch, value in enumerate(values, start=begin):
        callback.on_epoch_end(epoch, {"val_x": value})
        if callback.model.stop_training:
            break
    return callback


def test_it_stops_a_training_and_keeps_its_values(tmp_path):
    callback = train(tmp_path / "a", [0.1, 0.1, 0.1, 0.9], OTHERS)
    assert callback.stopped_at == 3
    assert read_scores(tmp_path / "a") == {1: 0.1, 2: 0.1, 3: 0.1}
    assert train(tmp_path / "b", [0.1, 0.1, 0.1, 0.9], None).stopped_at == 0
    assert read_scores(tmp_path / "b")[4] == 0.9
    assert read_scores(tmp_path / "none") == {}


def test_a_training_that_was_interrupted_is_judged_by_what_was_before(tmp_path):
    train(tmp_path / "a", [0.8], OTHERS)
    assert train(tmp_path / "a", [0.1, 0.1, 0.1], OTHERS, begin=1).stopped_at == 0
    assert read_scores(tmp_path / "a") == {1: 0.8, 2: 0.1, 3: 0.1, 4: 0.1}


def test_what_ends_meanwhile_counts(tmp_path):
    others = []
    callback = EpochScores(tmp_path / "a", "val_x", lambda: others)
    callback.set_model(SimpleNamespace(stop_training=False))
    for epoch in range(3):
        callback.on_epoch_end(epoch, {"val_x": 0.1})
    assert callback.stopped_at == 0
    others += OTHERS
    callback.on_epoch_end(3, {"val_x": 0.1})
    assert callback.stopped_at == 4


def test_an_epoch_that_is_not_validated_tells_nothing(tmp_path):
    callback = EpochScores(tmp_path / "a", "val_x", lambda: OTHERS)
    callback.on_epoch_end(4, {"loss": 1.0})
    callback.on_epoch_end(4, None)
    assert read_scores(tmp_path / "a") == {}
