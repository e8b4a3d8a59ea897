"""Lets calls in: each message within the budget of bytes, each answer within the time to read it.

gRPC itself limits none of this. It receives a message on the thread that is to answer it, however long the client takes
to send it, and parses all messages on one thread. An answer stays in memory until the client has read it.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping

import grpc

from serving.local_server.grpc_api.overdue_calls import OverdueCalls
from serving.local_server.grpc_api.patient_threads import PatientThreads
from serving.local_server.limits.admission import Admission
from serving.local_server.limits.request_rate import host_of
from serving.local_server.watching.observation import GRPC, Observer
from serving.local_server.wire.statuses import ServingError

STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}
_PREDICTIONS = "/tensorflow.serving.PredictionService/"
_LONGEST_WAIT_S = 3600.0
_SHORT = 16
_SHORT_ANSWER = 2**16
"""gRPC sends so many bytes at once, whether or not the client reads."""
_UNREADABLE = "Exception deserializing request!"
"""gRPC's own text."""


class UnreadAnswers:
    """The answers that were sent but not read. If they are too many bytes, the oldest is given up, and its call."""

    def __init__(self, most: int, late_readers: OverdueCalls):
        """Takes the most bytes of all, and the clock that gives each its time."""
        self._most = most
        self._late_readers = late_readers
        self._lengths: OrderedDict[grpc.ServicerContext, int] = OrderedDict()
        self._total = 0
        self._lock = threading.Lock()

    def add(self, context: grpc.ServicerContext, length: int) -> None:
        """Counts an answer until its call ends. An answer that is longer than all may be is let through alone."""
        number = self._late_readers.watch(context.cancel)

        def ended() -> None:
            self._late_readers.forget(number)
            self._remove(context)

        with self._lock:
            self._lengths[context] = length
            self._total += length
            too_many = []
            while self._total > self._most and len(self._lengths) > 1:
                oldest, its_length = self._lengths.popitem(last=False)
                self._total -= its_length
                too_many.append(oldest)
        for each in too_many:
            each.cancel()
        if not context.add_callback(ended):
            ended()

    def _remove(self, context: grpc.ServicerContext) -> None:
        with self._lock:
            self._total -= self._lengths.pop(context, 0)


class AdmittedCalls(grpc.ServerInterceptor):
    """Wraps the services: a message is counted before it is parsed, on the thread of its call."""

    def __init__(
        self,
        admission: Admission,
        threads: PatientThreads,
        aside: PatientThreads,
        unread: UnreadAnswers,
        at_a_time: int,
        most: int,
        own_threads: Mapping[str, PatientThreads] | None = None,
        observer: Observer | None = None,
    ):
        """Takes what calls may hold.

        Args:
            admission: The budgets, and the rate of a caller.
            threads: The server's threads, which make predictions.
            aside: Threads for what is no prediction, and for calls that are refused because too many are under way.
            unread: Counts answers.
            at_a_time: How many predictions are made at the same time.
            most: How many predictions may be made or wait.
            own_threads: Methods, by full name, that wait long and have threads of their own.
            observer: Notes the calls that are refused.
        """
        self._admission = admission
        self._threads, self._aside = threads, aside
        self._unread = unread
        self._observer = observer or Observer()
        self._turn = threading.Semaphore(at_a_time)
        self._most = most
        self._own_threads = own_threads or {}
        self._admitted: dict[str, grpc.RpcMethodHandler] = {}

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler | None:
        """Returns the handler of a method, wrapped. Streams have small messages and stay as they are."""
        name = handler_call_details.method
        is_prediction = name.startswith(_PREDICTIONS)
        if is_prediction and self._threads.under_way >= self._most:
            return self._refusal(name)
        if name in self._admitted:
            return self._admitted[name]
        handler = continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler
        threads = self._threads if is_prediction else self._own_threads.get(name, self._aside)
        answer = self._answering(handler, threads, name)
        if not is_prediction:
            answer.experimental_thread_pool = threads  # type: ignore[attr-defined]
        self._admitted[name] = grpc.unary_unary_rpc_method_handler(answer)
        return self._admitted[name]

    def _refusal(self, name: str) -> grpc.RpcMethodHandler:
        """The handler of a call for which there is no place."""
        message = f"Too many requests are under way; try again later. The most at a time is {self._most}."

        def refuse(_: bytes, context: grpc.ServicerContext) -> bytes:
            self._aside.received()
            self._observer.refused(GRPC, name.rpartition("/")[2], grpc.StatusCode.UNAVAILABLE.name)
            context.abort(grpc.StatusCode.UNAVAILABLE, message)
            raise AssertionError("abort raises")

        refuse.experimental_thread_pool = self._aside  # type: ignore[attr-defined]
        return grpc.unary_unary_rpc_method_handler(refuse)

    def _answering(
        self, handler: grpc.RpcMethodHandler, threads: PatientThreads, name: str
    ) -> Callable[[bytes, grpc.ServicerContext], bytes]:
        called = self._in_turn if name.startswith(_PREDICTIONS) else _called

        budget, rate = self._admission.bytes, self._admission.rate
        # Messages that are short by far cannot fill the memory, because there are only so many threads.
        short = budget.small // _SHORT

        def answer(message: bytes, context: grpc.ServicerContext) -> bytes:
            threads.received()
            is_short = len(message) <= short
            with budget.share(None if is_short else context.peer()) as share:
                try:
                    if rate.has_limit:
                        rate.count(host_of(context.peer()))
                    if not is_short:
                        share.hold(len(message))
                except ServingError as error:
                    code = STATUS_CODES[error.error_code]
                    self._observer.refused(GRPC, name.rpartition("/")[2], code.name)
                    context.abort(code, error.message)
                sent = called(handler, message, context)
            if len(sent) > _SHORT_ANSWER:
                self._unread.add(context, len(sent))
            return sent

        return answer

    def _in_turn(self, handler: grpc.RpcMethodHandler, message: bytes, context: grpc.ServicerContext) -> bytes:
        has_waited = not self._turn.acquire(blocking=False)
        if has_waited and not self._turn.acquire(timeout=min(context.time_remaining(), _LONGEST_WAIT_S)):
            context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline exceeded before the call was begun")
        try:
            if has_waited and not context.is_active():
                context.abort(grpc.StatusCode.CANCELLED, "The client has gone")
            return _called(handler, message, context)
        finally:
            self._turn.release()


def _called(handler: grpc.RpcMethodHandler, message: bytes, context: grpc.ServicerContext) -> bytes:
    try:
        request = handler.request_deserializer(message)
    except Exception:  # Whatever a parser of messages raises.
        context.abort(grpc.StatusCode.INTERNAL, _UNREADABLE)
    sent: bytes = handler.response_serializer(handler.unary_unary(request, context))
    return sent
