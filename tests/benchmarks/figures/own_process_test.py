import time

import pytest

from benchmarks.figures import own_process


def busy(seconds):
    """Prepares for long, then calculates for a while and holds 80 MiB."""
    end_of_preparation = time.process_time() + 4 * seconds
    while time.process_time() < end_of_preparation:
        pass

    def call():
        held = bytearray(b"x") * (80 * 2**20)
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass
        return held

    return call


def idle():
    return lambda: None


def broken():
    raise ValueError("it does not work")


def test_the_call_is_measured_and_neither_its_preparation_nor_another_call_is():
    used = own_process.usage(busy, 0.2)
    assert 0.2 <= used.cpu_seconds < 0.8
    assert used.seconds >= 0.2
    assert used.peak_memory_mib - used.memory_before_mib >= 79
    assert own_process.usage(idle).peak_memory_mib < used.peak_memory_mib


def test_an_error_comes_through():
    with pytest.raises(ValueError, match="^it does not work$"):
        own_process.usage(broken)
