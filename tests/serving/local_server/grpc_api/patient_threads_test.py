"""Calls without a connection; over real ones: `slow_clients_test.py`."""

import threading
import time
from types import SimpleNamespace

import pytest

from serving.local_server.grpc_api.overdue_calls import OverdueCalls
from serving.local_server.grpc_api.patient_threads import PatientThreads


@pytest.fixture
def late():
    """A clock by which every message is late, but which looks only when it is told to."""
    return OverdueCalls(0.0, "late")


@pytest.fixture
def too_late():
    return OverdueCalls(0.0, "too late")


@pytest.fixture
def threads(late, too_late):
    threads = PatientThreads(1, 3, "test", late, too_late)
    yield threads
    threads.shutdown()


class Event:
    """What brings a call to gRPC's work. The work waits until its message comes."""

    def __init__(self):
        self.call = SimpleNamespace(cancel=self.cancel)
        self.cancelled, self.begun, self.comes = False, threading.Event(), threading.Event()

    def cancel(self):
        self.cancelled = True
        self.comes.set()

    def wait(self):
        self.begun.set()
        assert self.comes.wait(30)


def await_none_under_way(threads):
    end = time.monotonic() + 30
    while threads.under_way and time.monotonic() < end:
        time.sleep(0.005)
    assert threads.under_way == 0


def test_results_and_errors_are_those_of_the_work(threads):
    assert threads.submit(lambda a, b: a - b, 5, b=3).result(30) == 2
    with pytest.raises(ZeroDivisionError):
        threads.submit(lambda: 1 / 0).result(30)
    assert [each.result(30) for each in [threads.submit(int, n) for n in range(20)]] == list(range(20))


def test_a_call_runs_in_place_of_one_whose_message_is_late(threads, late):
    first, second = Event(), Event()
    waiting = threads.submit(Event.wait, first)
    assert first.begun.wait(30)
    next_one = threads.submit(lambda: "next")
    assert not next_one.done()
    assert threads.under_way == 2
    assert late.cancel_overdue() == 1
    assert next_one.result(30) == "next"
    await_none_under_way(threads)  # The late one does not count.
    # The late one gave up its place once, and takes none with it.
    first.comes.set()
    waiting.result(30)
    third = threads.submit(Event.wait, second)
    assert second.begun.wait(30)
    last = threads.submit(lambda: "last")
    assert not last.done()
    second.comes.set()
    assert (third.result(30), last.result(30)) == (None, "last")


def test_a_call_keeps_its_place_once_its_message_has_come(threads, late, too_late):
    event = Event()

    def receive_and_answer(event):
        threads.received()
        event.wait()

    answering = threads.submit(receive_and_answer, event)
    assert event.begun.wait(30)
    waiting = threads.submit(lambda: "next")
    assert (late.cancel_overdue(), too_late.cancel_overdue()) == (0, 0)
    assert not waiting.done()
    assert not event.cancelled
    event.comes.set()
    assert (answering.result(30), waiting.result(30)) == (None, "next")


def test_a_call_whose_message_does_not_come_is_cancelled(threads, late, too_late):
    event = Event()
    waiting = threads.submit(Event.wait, event)
    assert event.begun.wait(30)
    assert too_late.cancel_overdue() == 0
    assert late.cancel_overdue() == 1
    assert too_late.cancel_overdue() == 1
    waiting.result(30)
    assert event.cancelled
    assert too_late.cancel_overdue() == 0
