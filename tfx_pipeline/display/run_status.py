"""The status of a run: the current component, its counted tasks, their rates and the time that is left."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from components.progress import Progress
from tfx_pipeline.display.component_words import words_of

_MEASURED_S = 2.0
"""A shorter time gives no rate."""
_SHOWN_TASKS = 2
_STALE_S = 5.0
"""A task without progress for so long is over, if another task has made progress since."""


@dataclass
class Task:
    """A task whose steps are counted.

    Attributes:
        progress: What is counted.
        begin: When the task began, in seconds.
        last: When it last made progress, in seconds.
        done: The number of steps so far.
    """

    progress: Progress
    begin: float
    last: float
    done: int = 0

    def rate(self) -> float | None:
        """Steps per second; None while it is too early to tell."""
        seconds = self.last - self.begin
        return self.done / seconds if seconds >= _MEASURED_S else None

    def share(self) -> float | None:
        """The share of the steps that is done, from 0 to 1; None if the total is unknown."""
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
    """The status of a run. Several threads may read and write it at the same time.

    Attributes:
        components: The ids of all components, in the order in which they run.
        current: The component that runs, or what is done before the first one; empty between two components.
        begin: When that began, in seconds.
    """

    components: Sequence[str] = ()
    current: str = ""
    begin: float = 0.0
    _tasks: dict[str, Task] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begins(self, name: str, now: float) -> None:
        """A component begins, or something that is done before the first one."""
        with self._lock:
            self.current, self.begin, self._tasks = name, now, {}

    def ends(self) -> None:
        """The component has ended."""
        with self._lock:
            self.current, self._tasks = "", {}

    def advance(self, progress: Progress, steps: int, now: float) -> None:
        """Some steps of a task are done."""
        with self._lock:
            task = self._tasks.get(progress.what)
            if task is None:
                # The newest comes last.
                task = self._tasks[progress.what] = Task(progress, now, now)
            task.progress, task.last, task.done = progress, now, task.done + steps

    def tasks(self) -> list[Task]:
        """The tasks that made progress last and are not over, in the order in which they began."""
        with self._lock:
            newest = sorted(self._tasks.values(), key=lambda task: task.last)[-_SHOWN_TASKS:]
            shown = [
                task
                for task in newest
                if task is newest[-1] or (task.share() != 1.0 and newest[-1].last - task.last < _STALE_S)
            ]
            return sorted(shown, key=lambda task: task.begin)

    def title(self) -> str:
        """The component with its number, such as `[7/15] Transform`."""
        if self.current not in self.components:
            return self.current
        return f"[{self.components.index(self.current) + 1}/{len(self.components)}] {self.current}"

    def words(self) -> str:
        """What the component does, in a few words; empty if that is not known."""
        return words_of(self.current) if self.current in self.components else ""


def duration(seconds: float) -> str:
    """A time in words: `31 s`, `2 min 5 s`, `1 h 4 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
