"""A run on a terminal: lines for what is finished, and below them what goes on, drawn again and again."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tfx_pipeline.display.plain_display import PlainDisplay
from tfx_pipeline.display.run_status import Task, duration

_DRAWN_A_SECOND: Final = 4
_WIDEST_BAR, _NARROWEST_BAR = 30, 8


class LiveDisplay(PlainDisplay):
    """Draws what goes on at the bottom of a terminal.

    What else is written to Python's standard error meanwhile, log lines above all, appears above it.

    Args:
        console: The terminal.
        clock: Seconds, from any moment on.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic):
        super().__init__(clock)
        self._console = console
        self._live = Live(
            console=console,
            get_renderable=self.picture,
            refresh_per_second=_DRAWN_A_SECOND,
            transient=True,
            redirect_stdout=False,
        )

    def __enter__(self) -> "LiveDisplay":
        """Begins to draw."""
        super().__enter__()
        self._live.start()
        # However this process ends, it leaves no terminal without a cursor.
        self._console.show_cursor(True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Erases what was drawn."""
        self._live.stop()
        super().__exit__(kind, error, trace)

    def tick(self) -> None:
        """Nothing: what goes on can be seen."""

    def picture(self) -> RenderableType:
        """What goes on, as it is now: what, how long, and a bar for each counted piece of work."""
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
