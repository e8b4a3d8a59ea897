import time

from serving.local_server.grpc_api.overdue_calls import OverdueCalls


def test_what_is_overdue_is_cancelled_once():
    cancelled = []
    clock = OverdueCalls(0.0, "clock")
    clock.watch(lambda: cancelled.append("late"))
    forgotten = clock.watch(lambda: cancelled.append("in time"))
    clock.forget(forgotten)
    clock.forget(forgotten)
    assert clock.cancel_overdue() == 1
    assert clock.cancel_overdue() == 0
    assert cancelled == ["late"]


def test_everything_has_its_time():
    clock = OverdueCalls(3600.0, "clock")
    clock.watch(lambda: None)
    assert clock.cancel_overdue() == 0


def test_the_clock_looks_by_itself_until_it_is_stopped():
    cancelled = []
    clock = OverdueCalls(0.01, "clock")
    clock.start()
    clock.watch(lambda: cancelled.append("late"))
    end = time.monotonic() + 30
    while not cancelled and time.monotonic() < end:
        time.sleep(0.005)
    clock.stop()
    assert cancelled == ["late"]
