import numpy as np
import pytest

from components.synthetic_log.random_streams import Purpose, geometric, stream


def test_a_stream_depends_on_seed_purpose_and_number():
    def numbers(*which):
        return tuple(stream(*which).random(3))

    which = [(seed, purpose, number) for seed in (0, 1) for purpose in Purpose for number in (0, 1)]
    assert len({numbers(*each) for each in which}) == len(which)
    assert numbers(1, Purpose.USER, 5) == numbers(1, Purpose.USER, 5)


def test_geometric_numbers_have_their_law_and_end_somewhere():
    numbers = geometric((np.arange(100_000) + 0.5) / 100_000, mean=1.5, most=40)
    # P(0) = 1 / (1 + mean), and each further number is mean / (1 + mean) times as frequent.
    assert np.bincount(numbers)[:3] / 100_000 == pytest.approx([0.4, 0.24, 0.144], abs=1e-4)
    assert numbers.mean() == pytest.approx(1.5, abs=1e-3)
    assert geometric(np.array([0.0, 1 - 1e-16]), mean=3.0, most=4).tolist() == [0, 4]
    assert geometric(np.array([0.0, 0.99]), mean=0.0, most=4).tolist() == [0, 0]
