"""Calls without a connection; over real ones: `limits_test.py` and `slow_clients_test.py`."""

import threading
from types import SimpleNamespace

import grpc
import pytest

from serving.local_server.grpc_api.admitted_calls import AdmittedCalls, UnreadAnswers
from serving.local_server.grpc_api.overdue_calls import OverdueCalls
from serving.local_server.grpc_api.patient_threads import PatientThreads
from serving.local_server.limits.admission import Admission


class Call:
    """A call, as its handler and gRPC's threads see it."""

    def __init__(self, is_active=True, seconds=60.0):
        self.ended, self.aborted, self.cancelled = [], [], False
        self.waits = threading.Event()
        self._is_active, self._seconds = is_active, seconds

    def peer(self):
        return "a"

    def is_active(self):
        return self._is_active

    def time_remaining(self):
        self.waits.set()  # It is asked for only once a call has to wait for its turn.
        return self._seconds

    def add_callback(self, callback):
        self.ended.append(callback)
        return True

    def abort(self, code, details):
        self.aborted.append((code, details))
        raise InterruptedError

    def cancel(self):
        self.cancelled = True

    def end(self):
        for each in self.ended:
            each()


@pytest.fixture
def clock():
    return OverdueCalls(0.0, "clock")


@pytest.fixture
def threads(clock):
    threads = PatientThreads(2, 2, "test", clock, clock)
    yield threads
    threads.shutdown()


def admitted(
    threads, clock, answer=lambda message, call: message, at_a_time=1, most=9, method="PredictionService/Predict"
):
    """The handler of a method that reads and writes numbers as text."""
    handler = grpc.unary_unary_rpc_method_handler(answer, lambda message: int(message), lambda said: b"%d" % said)
    calls = AdmittedCalls(Admission(longest=10), threads, threads, UnreadAnswers(99, clock), at_a_time, most)
    details = SimpleNamespace(method=f"/tensorflow.serving.{method}")
    return calls.intercept_service(lambda details: handler, details).unary_unary


def test_a_message_is_parsed_and_its_answer_written_by_the_handler(threads, clock):
    call = Call()
    assert admitted(threads, clock, lambda number, call: number + 1)(b"41", call) == b"42"
    assert call.aborted == []


def test_what_no_parser_reads(threads, clock):
    call = Call()
    with pytest.raises(InterruptedError):
        admitted(threads, clock)(b"x", call)
    assert call.aborted == [(grpc.StatusCode.INTERNAL, "Exception deserializing request!")]


def test_a_call_that_nobody_waits_for_any_more_is_not_begun(threads, clock):
    go_on, begun = threading.Event(), threading.Event()
    numbers = []

    def slow(number, call):
        numbers.append(number)
        begun.set()
        assert go_on.wait(30)
        return number

    handler = admitted(threads, clock, slow)
    first = threads.submit(handler, b"1", Call())
    assert begun.wait(30)
    gone = Call(is_active=False)
    second = threads.submit(handler, b"2", gone)
    assert gone.waits.wait(30)
    go_on.set()
    with pytest.raises(InterruptedError):
        second.result(30)
    assert first.result(30) == b"1"
    assert gone.aborted == [(grpc.StatusCode.CANCELLED, "The client has gone")]
    assert numbers == [1]


def test_a_call_waits_for_its_turn_no_longer_than_its_deadline(threads, clock):
    go_on, begun = threading.Event(), threading.Event()

    def slow(number, call):
        begun.set()
        assert go_on.wait(30)
        return number

    handler = admitted(threads, clock, slow)
    first = threads.submit(handler, b"1", Call())
    assert begun.wait(30)
    second = Call(seconds=0.01)
    with pytest.raises(InterruptedError):
        handler(b"2", second)
    assert second.aborted == [(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline exceeded before the call was begun")]
    go_on.set()
    assert first.result(30) == b"1"
    assert handler(b"3", Call()) == b"3"


def test_predictions_are_refused_beyond_a_number_but_not_looks_at_the_server(threads, clock):
    call, said = Call(), "Too many requests are under way; try again later. The most at a time is 0."
    with pytest.raises(InterruptedError):
        admitted(threads, clock, most=0)(b"1", call)
    assert call.aborted == [(grpc.StatusCode.UNAVAILABLE, said)]
    assert admitted(threads, clock, most=0, method="ModelService/GetModelStatus")(b"1", Call()) == b"1"


def test_the_oldest_unread_answer_makes_room():
    clock = OverdueCalls(3600.0, "clock")
    unread, calls = UnreadAnswers(10, clock), [Call() for _ in range(4)]
    unread.add(calls[0], 6)
    unread.add(calls[1], 4)
    assert not any(each.cancelled for each in calls)
    calls[1].end()  # It was read.
    unread.add(calls[2], 4)
    unread.add(calls[3], 99)  # Longer than all may be: nothing else is kept.
    assert [each.cancelled for each in calls] == [True, False, True, False]


def test_an_answer_that_is_not_read_in_time(clock):
    unread, read, late = UnreadAnswers(10, clock), Call(), Call()
    unread.add(read, 1)
    read.end()
    unread.add(late, 1)
    assert clock.cancel_overdue() == 1
    assert (read.cancelled, late.cancelled) == (False, True)
