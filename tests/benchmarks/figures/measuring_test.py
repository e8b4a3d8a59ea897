import itertools
from types import SimpleNamespace

import pytest

from benchmarks.figures import measuring


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is moved."""

    clock = SimpleNamespace(now=0.0)
    clock.perf_counter = lambda: clock.now
    monkeypatch.setattr(measuring, "time", clock)
    return clock


def test_the_median_leaves_the_warm_up_out_and_calls_take_turns(clock):
    turns = []
    durations = {"a": [100, 100, 1, 9, 2], "b": [100, 100, 4, 3, 5]}

    def call(name):
        def run(step):
            turns.append(name)
            clock.now += durations[name][step]
            return 0.0

        return run

    assert measuring.median_seconds({"a": call("a"), "b": call("b")}, steps=3) == {"a": 2, "b": 4}
    assert turns == ["a", "b"] * 5


def test_the_mean_counts_bursts_too(clock):
    def elements():
        for seconds in itertools.chain([50, 50], itertools.cycle([4, 0])):
            clock.now += seconds
            yield seconds

    assert measuring.mean_seconds(elements(), steps=4) == 2


def test_the_machine_and_its_memory_are_told():
    machine = measuring.machine()
    assert set(machine) == {"cores", "gpus", "python", "tensorflow", "keras", "numpy"}
    assert machine["cores"] >= 1
    assert measuring.peak_memory_mib()["process"] > 50
