"""Several trials at a time, each in a process of its own on this machine. Imports nothing heavy.

KerasTuner has a way of its own, in which workers ask an oracle over gRPC. There a worker that dies leaves its trial
open, and the search waits for its end for ever. So the oracle stays in the process of the search here, which hands a
trial to a process, hears of its end, and sees at once if the process ends before.

What a process needs goes through a socket that both ends close when they end, however they do: none is left behind.
"""

import contextlib
import itertools
import logging
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from types import TracebackType
from typing import IO, Final

from components.progress import Progress, heard_by
from serving.local_server.child_process import child_process
from tfx_pipeline.console import console_log
from tfx_pipeline.tuning import one_trial
from tfx_pipeline.tuning.one_trial import MOST_CRASHES, Crashes, SearchError, TrialEnd, TrialRun

Train = Callable[[TrialRun], TrialEnd]
SAID: Final = "process_{}.log"
"""In the folder of the search: what a process said."""
_CODE: Final = (
    "import sys; sys.path[:] = sys.argv[2:]; "  # As here, wherever this process found our rooms.
    "from tfx_pipeline.tuning import trial_processes; trial_processes.work(int(sys.argv[1]))"
)
_READY: Final = "ready"
_TELL_EVERY_S: Final = 0.5
_LOOK_S: Final = 1.0
"""A signal that reaches another thread of this process does not end the waiting of this one."""
_PATIENCE_S: Final = 20.0
_LAST_WORDS: Final = 500
_ENDED_FIRST: Final = "500"
"""If memory runs out, Linux ends the process with the highest number of all: the command has 0."""
_LOG = logging.getLogger(__name__)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def refusal(at_a_time: int) -> str:
    """Says why so many trials cannot run at a time on this machine; empty if they can."""
    if at_a_time <= (found := cores()):
        return ""
    return (
        f"tune.parallel_trials = {at_a_time}: this machine has {found} core{'s' if found > 1 else ''} for it, and each "
        f"trial at a time takes one at least. Set it to {found} or less."
    )


class TrialProcesses:
    """The processes of a search. As a context it ends all of them at its end.

    A process makes one trial after the other; it is started with the first trial that finds none idle. If it is ended
    while it makes a trial, the trial is made once more, and given up after the second time.

    Attributes:
        at_a_time: How many trials are made at a time; fewer than asked for if a process could not be started.

    Args:
        train: Makes one training. It is pickled.
        at_a_time: How many trials are made at a time.
        folder: That of the search.
    """

    def __init__(self, train: Train, at_a_time: int, folder: Path):
        self._train = pickle.dumps(train)
        self.at_a_time, self._folder = at_a_time, folder
        self._processes: list[_Process] = []
        self._waiting: deque[TrialRun] = deque()
        self._begun: dict[int, float] = {}
        self._lost: Counter[int] = Counter()
        self._threads = max(cores() // at_a_time, 1)

    def __enter__(self) -> "TrialProcesses":
        """Starts nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends all processes. Trials that they make are interrupted, which is none of their crashes."""
        for each in self._processes:
            each.connection.close()  # All at once; it ends by itself.
        for each in self._processes:
            each.end()
            if each.run:
                Crashes(each.run.folder).forget()
        self._processes = []

    @property
    def running(self) -> list[TrialRun]:
        """The trials that are being made, or wait for a process."""
        return [*(each.run for each in self._processes if each.run), *self._waiting]

    @property
    def has_room(self) -> bool:
        """Whether one more can be made now."""
        return len(self.running) < self.at_a_time

    def begin(self, run: TrialRun) -> None:
        """Begins to make a trial."""
        self._begun[run.number] = time.monotonic()
        self._waiting.append(run)
        self._hand_over()

    def next_end(self) -> int:
        """Waits until a trial has ended, and returns its number. What came of it is in its folder.

        Raises:
            SearchError: No process can be started.
        """
        while True:
            self._hand_over()
            for connection in wait([each.connection for each in self._processes], _LOOK_S)[:1]:
                (process,) = (each for each in self._processes if each.connection is connection)
                if number := self._hear(process):
                    return number

    def _hear(self, process: "_Process") -> int:
        """Takes up what a process tells; returns the number of the trial that ended, if one did."""
        try:
            told = process.connection.recv()
        except (EOFError, OSError):
            return self._bury(process)
        if told == _READY:
            process.is_ready = True
        elif isinstance(told, int):
            process.run = None
            return told
        else:
            progress, steps = told
            progress.advance(steps)
        return 0

    def _bury(self, process: "_Process") -> int:
        """Takes up the end of a process; returns the number of its trial if that one has ended, too."""
        process.wait()
        self._processes.remove(process)
        run = process.run
        if run is None:
            return 0
        if one_trial.result_of(run.folder):  # It was about to say so.
            return run.number
        if not process.is_ready:
            return self._do_with_fewer(process, run)
        crashes = Crashes(run.folder)
        self._lost[run.number] += 1
        if max(crashes.count, self._lost[run.number]) < MOST_CRASHES:
            of, how = run.of.capitalize(), process.how_it_ended()
            _LOG.info("%s: its process was ended %s. It is tried once more", of, how)
            self._waiting.appendleft(run)
            return 0
        text = (
            f"its process was ended {MOST_CRASHES} times, the last time {process.how_it_ended()}. If memory ran out, "
            "lower tune.parallel_trials or train.batch_size"
        )
        seconds = time.monotonic() - self._begun[run.number]
        one_trial.keep_failure(run, f"{text}. What it said: {process.said_in}", seconds)
        crashes.forget()
        return run.number

    def _do_with_fewer(self, process: "_Process", run: TrialRun) -> int:
        """One that cannot even begin is not its trial's fault."""
        self.at_a_time -= 1
        text = f"a process for trials was ended {process.how_it_ended()} before it could begin"
        if not self.at_a_time:
            raise SearchError(f"{text}. The last that it said: {process.last_words()}\nAll of it: {process.said_in}")
        _LOG.info("%s: going on with %d at a time. What it said: %s", text, self.at_a_time, process.said_in)
        self._waiting.appendleft(run)
        return 0

    def _hand_over(self) -> None:
        while self._waiting and sum(bool(each.run) for each in self._processes) < self.at_a_time:
            process = next((each for each in self._processes if not each.run), None) or self._start()
            process.run = self._waiting.popleft()
            with contextlib.suppress(OSError):  # It has ended meanwhile, as `next_end` will see.
                process.connection.send(process.run)

    def _start(self) -> "_Process":
        taken = {each.place for each in self._processes}
        place = next(place for place in itertools.count(1) if place not in taken)
        process = _Process(place, self._folder / SAID.format(place), self._threads)
        self._processes.append(process)
        with contextlib.suppress(OSError):
            process.connection.send_bytes(self._train)
        return process


class _Process:
    """One process, seen from that of the search.

    Attributes:
        place: Its number among those that run at the same time.
        said_in: The file with what it says.
        connection: To it.
        run: The trial that it makes; None if it makes none.
        is_ready: Whether it has got as far as to make trials.
    """

    def __init__(self, place: int, said_in: Path, threads: int):
        self.place, self.said_in = place, said_in
        self.run: TrialRun | None = None
        self.is_ready = False
        self.connection, its_own = Pipe()
        self._context = contextlib.ExitStack()
        with its_own:
            said: IO[bytes] = self._context.enter_context(said_in.open("ab"))
            self._process = self._context.enter_context(
                child_process(
                    [sys.executable, "-W", "ignore", "-c", _CODE, str(its_own.fileno()), *sys.path],
                    env=_environment(threads),
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    pass_fds=[its_own.fileno()],
                )
            )

    def end(self) -> None:
        """Ends it, if it has not ended."""
        self.connection.close()
        self._context.close()

    def wait(self) -> None:
        """Waits for its end, of which it had not told when it closed the connection."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE_S)
        self.end()

    def how_it_ended(self) -> str:
        """By which signal, or with which code; for one that has ended."""
        code = self._process.wait()
        return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"

    def last_words(self) -> str:
        """The last that it said."""
        return self.said_in.read_text(encoding="utf-8", errors="replace")[-_LAST_WORDS:].strip() or "nothing"


def _environment(threads: int) -> Mapping[str, str]:
    """That of a process with its share of the cores. Whoever has set a number of threads keeps it."""
    names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    ours = {
        **dict.fromkeys(names, str(threads)),
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # One process would otherwise take all of a GPU's memory.
        "TF_CPP_MIN_LOG_LEVEL": "3",  # So what it said last is about its end.
    }
    return {**ours, **os.environ}


def work(descriptor: int) -> None:
    """Makes trials, in a process of `TrialProcesses`, until the other end of the connection is closed.

    Args:
        descriptor: Of the connection.
    """
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_ENDED_FIRST)
    connection = Connection(descriptor)
    told: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    making: list[TrialRun] = []
    threading.Thread(target=_listen, args=(connection, told, making), name="lifeline", daemon=True).start()
    console_log.start()
    train: Train = pickle.loads(told.get())  # Imports TensorFlow.
    connection.send(_READY)
    while True:
        run: TrialRun = pickle.loads(told.get())
        making[:] = [run]
        with heard_by(_Teller(connection)):
            one_trial.make(run, train)
        making.clear()
        connection.send(run.number)


def _listen(connection: Connection, told: "queue.SimpleQueue[bytes]", making: list[TrialRun]) -> None:
    """Takes in what the search tells. Once that has ended, however it did, so does this process, within a trial too."""
    while True:
        try:
            told.put(connection.recv_bytes())
        except (EOFError, OSError):
            for each in making:
                Crashes(each.folder).forget()
            os._exit(0)


class _Teller:
    """Hears of the progress of a training, and tells the search of it now and then."""

    def __init__(self, connection: Connection):
        self._connection = connection
        self._steps: dict[Progress, int] = {}
        self._told = 0.0
        self._lock = threading.Lock()

    def __call__(self, progress: Progress, steps: int) -> None:
        with self._lock:
            self._steps[progress] = self._steps.get(progress, 0) + steps
            if time.monotonic() - self._told < _TELL_EVERY_S:
                return
            for item in self._steps.items():
                self._connection.send(item)
            self._steps, self._told = {}, time.monotonic()
