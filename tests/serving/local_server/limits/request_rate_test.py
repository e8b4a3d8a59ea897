import pytest
import tensorflow as tf

from serving.local_server.limits import request_rate
from serving.local_server.limits.request_rate import RequestRate, host_of
from tests.support.local_servers import refusal

EXHAUSTED = tf.errors.ResourceExhaustedError


def accepted(rate, caller, now, count):
    """How many of so many requests go through."""
    through = 0
    for _ in range(count):
        try:
            rate.count(caller, now)
            through += 1
        except EXHAUSTED:
            pass
    return through


def test_a_second_s_worth_at_once_and_then_as_time_goes_by():
    rate = RequestRate(4.0)
    assert accepted(rate, "a", 0.0, 9) == 4
    assert accepted(rate, "b", 0.0, 9) == 4  # Another caller has its own.
    assert accepted(rate, "a", 0.5, 9) == 2
    assert accepted(rate, "a", 100.0, 9) == 4
    assert refusal(rate.count, "a", 100.0, error=EXHAUSTED) == (
        "a sends more than 4 requests a second, which is the most for one address. "
        "Wait a moment, or start the server with a larger --max_requests_per_second."
    )


def test_less_than_one_a_second():
    rate = RequestRate(0.5)
    assert [accepted(rate, "a", now, 1) for now in (0.0, 1.0, 2.0, 3.0, 4.0)] == [1, 0, 1, 0, 1]


def test_no_limit():
    assert accepted(RequestRate(0.0), "a", 0.0, 1000) == 1000


def test_callers_without_number_fill_no_memory(monkeypatch):
    monkeypatch.setattr(request_rate, "_MOST_CALLERS", 2)
    rate = RequestRate(1.0)
    for caller in "abc":
        rate.count(caller, 0.0)
    assert accepted(rate, "a", 0.0, 2) == 1  # It was forgotten.
    assert accepted(rate, "c", 0.0, 2) == 0


@pytest.mark.parametrize(
    ("peer", "host"), [("ipv4:127.0.0.1:50123", "127.0.0.1"), ("ipv6:[::1]:50123", "[::1]"), ("unix:", "unix:")]
)
def test_a_peer_s_address(peer, host):
    assert host_of(peer) == host
