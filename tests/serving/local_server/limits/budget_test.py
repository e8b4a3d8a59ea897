import tensorflow as tf

from serving.local_server.limits.budget import Budget
from tests.support.local_servers import refusal

UNAVAILABLE, EXHAUSTED = tf.errors.UnavailableError, tf.errors.ResourceExhaustedError


def test_what_is_held_and_given_back():
    budget = Budget(10, "bytes")
    with budget.share() as one, budget.share() as other:
        one.hold(6)
        other.hold(4)
        message = refusal(one.hold, 7, error=UNAVAILABLE)
        assert message == ("Too many bytes are under way; try again later. The most at a time is 10.")
        assert budget.held == 10  # What was refused changed nothing.
        one.hold(1)
        other.hold(9)
    assert budget.held == 0
    other.release()
    assert budget.held == 0


def test_a_connection_holds_half_at_most():
    budget = Budget(10, "values")
    first, second, other = budget.share("a"), budget.share("a"), budget.share("b")
    first.hold(3)
    message = refusal(second.hold, 3, error=EXHAUSTED)
    assert message == (
        "Too many values are under way on this connection; wait for their answers. The most at a time is 5."
    )
    other.hold(5)
    second.hold(2)
    first.release()
    second.hold(5)
    assert budget.held == 10
    assert refusal(first.hold, 1, error=UNAVAILABLE).startswith("Too many values")
    for share in (second, other):
        share.release()
    assert (budget.held, dict(budget._held)) == (0, {})


def test_small_requests_have_a_reserve():
    budget = Budget(100, "bytes", reserve=32)
    large, small = budget.share(), budget.share()
    large.hold(100)
    small.hold(2)
    assert refusal(small.hold, 3, error=UNAVAILABLE).startswith("Too many bytes")  # It would be small no more.
    others = [budget.share() for _ in range(16)]
    for each in others[:15]:
        each.hold(2)
    refusal(others[15].hold, 1, error=UNAVAILABLE)
    large.hold(99)
    others[15].hold(1)
    assert budget.held == 132
