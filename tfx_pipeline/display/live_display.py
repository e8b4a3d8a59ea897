"""Shows a run on a terminal: a line for each finished component, and below them the running one, redrawn often."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tfx_pipeline.display.plain_display import PlainDisplay
from tfx_pipeline.display.run_status import Task, duration

_WIDEST_BAR, _NARROWEST_BAR = 30, 8


class TerminalConsole(Console):
    """A terminal on which several threads draw and write, one at a time.

    Rich asks where the cursor is and then writes. Without a lock, another thread could move the cursor in between.

    Attributes:
        lock: A thread holds it while it draws.
    """

    def __init__(self, **options: Any):
        self.lock = threading.RLock()
        super().__init__(**options)

    def print(self, *objects: Any, **options: Any) -> None:
        """Writes as the parent class does, but holds the lock."""
        with self.lock:
            super().print(*objects, **options)


class LiveDisplay(PlainDisplay):
    """Draws the running component at the bottom of a terminal.

    Whatever else is written to Python's standard error, above all log lines, appears above it.

    Args:
        console: The terminal.
        clock: Returns the time in seconds, counted from any moment.
    """

    TICK_S = 0.25

    def __init__(self, console: TerminalConsole, clock: Callable[[], float] = time.monotonic):
        super().__init__(clock)
        self._console = console
        self._live = Live(
            console=console,
            get_renderable=self.picture,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
        )

    def __enter__(self) -> "LiveDisplay":
        """Begins to draw."""
        with self._console.lock:
            self._live.start()
            # Shows the cursor again, so that the terminal has one however this process ends.
            self._console.show_cursor(True)
        super().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Erases what was drawn."""
        super().__exit__(kind, error, trace)
        with self._console.lock:
            self._live.stop()

    def tick(self) -> None:
        """Redraws the picture. It logs nothing."""
        with self._console.lock:
            self._live.refresh()

    def picture(self) -> RenderableType:
        """The running component, how long it has taken so far, and a bar for each counted task."""
        title = self._status.title()
        if not title:
            return Text("")
        seconds = duration(self._clock() - self._status.begin)
        line = Text(f"{title} {seconds}", no_wrap=True, overflow="ellipsis", style="bold")
        if words := self._status.words():
            line.append(f"  {words}", style="not bold dim")
        bars = [self._bar(task) for task in self._status.tasks()]
        return Group(line, *bars)

    def _bar(self, task: Task) -> RenderableType:
        what, numbers = f"  {task.progress.what}", task.numbers()
        room = self._console.width - len(what) - len(numbers) - 3
        share = task.share()
        if share is None or room < _NARROWEST_BAR:
            return Text(f"{what} {numbers}", no_wrap=True, overflow="ellipsis")
        grid = Table.grid(padding=(0, 1))
        grid.add_row(what, ProgressBar(total=1.0, completed=share, width=min(room, _WIDEST_BAR)), numbers)
        return grid
