"""Where a run stands: the component, what of its work is counted, how fast it goes and how long it will take."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from components.progress import Progress
from tfx_pipeline.display.component_words import words_of

_MEASURED_S = 2.0
"""No rate is told of a shorter time."""
_SHOWN_TASKS = 2
_STALE_S = 5.0
"""What has not gone on for so long, while other work has, is over."""


@dataclass
class Task:
    """A counted piece of work.

    Attributes:
        progress: What is counted.
        begin: When it began, in seconds.
        last: When it went on for the last time.
        done: The steps so far.
    """

    progress: Progress
    begin: float
    last: float
    done: int = 0

    def rate(self) -> float | None:
        """Steps in a second; None while it is too early to tell."""
        seconds = self.last - self.begin
        return self.done / seconds if seconds >= _MEASURED_S else None

    def share(self) -> float | None:
        """What part is done, from 0 to 1; None where nobody knows the whole."""
        return min(1.0, self.done / self.progress.total) if self.progress.total else None

    def numbers(self) -> str:
        """The steps, their rate and the time that is left, as far as they are known."""
        rate, total = self.rate(), self.progress.total
        text = f"{self.done:,}" + (f" of {total:,}" if total else "")
        if rate:
            text += f", {rate:,.0f}/s" if rate >= 10 else f", {rate:.1f}/s"
            if total and self.done < total:
                text += f", {duration((total - self.done) / rate)} left"
        return text


@dataclass
class RunStatus:
    """Where a run stands; threads may ask and tell at the same time.

    Attributes:
        components: The ids of all components, in the order in which they run.
        current: The one that runs, or what goes on before the first; empty between two.
        begin: When it began, in seconds.
    """

    components: Sequence[str] = ()
    current: str = ""
    begin: float = 0.0
    _tasks: dict[str, Task] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begins(self, name: str, now: float) -> None:
        """A component begins, or something that goes on before the first."""
        with self._lock:
            self.current, self.begin, self._tasks = name, now, {}

    def ends(self) -> None:
        """It has ended."""
        with self._lock:
            self.current, self._tasks = "", {}

    def advance(self, progress: Progress, steps: int, now: float) -> None:
        """Some of its work is done."""
        with self._lock:
            task = self._tasks.get(progress.what)
            if task is None:
                # The newest comes last.
                task = self._tasks[progress.what] = Task(progress, now, now)
            task.progress, task.last, task.done = progress, now, task.done + steps

    def tasks(self) -> list[Task]:
        """The work that went on last, in the order of its begin."""
        with self._lock:
            newest = sorted(self._tasks.values(), key=lambda task: task.last)[-_SHOWN_TASKS:]
            shown = [
                task
                for task in newest
                if task is newest[-1] or (task.share() != 1.0 and newest[-1].last - task.last < _STALE_S)
            ]
            return sorted(shown, key=lambda task: task.begin)

    def title(self) -> str:
        """What goes on: `[7/15] Transform`."""
        if self.current not in self.components:
            return self.current
        return f"[{self.components.index(self.current) + 1}/{len(self.components)}] {self.current}"

    def words(self) -> str:
        """What it does, in a few words; empty where that is not known."""
        return words_of(self.current) if self.current in self.components else ""


def duration(seconds: float) -> str:
    """A time in words: `31 s`, `2 min 5 s`, `1 h 4 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
