"""Makes a whole set of files: workers make parts in parallel, and one process writes them in order."""

import contextlib
import functools
import logging
import multiprocessing
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, Final

from components.synthetic_log.finished_set import FinishedSet
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.layouts.known_layouts import Layout
from components.synthetic_log.parts import EVENTS, MadePart, Part, all_parts, make_part, packed, prepared
from components.synthetic_log.truth.best_achievable import RankCounts
from components.synthetic_log.truth.truth_report import identity, truth_report

_LOG = logging.getLogger(__name__)
_LINE_EVERY_S: Final = 10.0
_AHEAD: Final = 2
"""How many unwritten parts there may be for each worker."""


def generate(
    config: GeneratorConfig, layout: str, folder: str, negatives: int, workers: int = 1, force: bool = False
) -> dict[str, Any]:
    """Writes a set of files, including the truth file.

    The files depend only on `config`, `layout` and `negatives`. If the folder already holds this set, nothing is done.

    Args:
        config: The platform.
        layout: A name in `LAYOUTS`.
        folder: The folder for the files, on this machine.
        negatives: How many negatives the best achievable metrics use.
        workers: The number of processes that make parts.
        force: Whether another set in that folder may be replaced.

    Returns:
        The content of the truth file.

    Raises:
        AnotherSetError: The folder holds other files of these names, or another set, and `force` is false.
    """
    _, writer = prepared(config, layout)
    finished = FinishedSet(folder, _all_names(writer, config), identity(config, layout, negatives))
    if finished.is_there:
        _LOG.info("%s holds this very set already.", folder)
        return finished.truth()
    finished.begin(force)
    make = functools.partial(make_part, config, layout, negatives)
    counts: Counter[str] = Counter()
    ranks: RankCounts = {}
    progress = _Progress(config.events)
    with contextlib.ExitStack() as stack:
        streams = {name: stack.enter_context(open(finished.aside / name, "wb")) for name in _all_names(writer, config)}
        for base, header in writer.headers.items():
            for number in range(_divided(writer, config, base) if header else 0):
                streams[_file_name(writer, config, base, number)].write(packed(header + "\n", config.gzip))
        for made in _made(make, all_parts(config), workers):
            for base, content in made.contents.items():
                streams[_file_name(writer, config, base, made.part.file)].write(content)
            counts.update(made.counts)
            for key, of_rank in made.ranks.items():
                ranks[key] = ranks.get(key, 0) + of_rank
            progress.tell(counts[EVENTS])
    finished.finish(truth_report(config, layout, negatives, counts, ranks))
    progress.tell_end(counts[EVENTS])
    return finished.truth()


def _made(make: Callable[[Part], MadePart], parts: Iterable[Part], workers: int) -> Iterator[MadePart]:
    """Yields the parts in order, and holds only a few parts per worker in memory."""
    if workers == 1:
        yield from map(make, parts)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        waiting: deque[Future[MadePart]] = deque()
        for part in parts:
            waiting.append(pool.submit(make, part))
            if len(waiting) > _AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _divided(layout: Layout, config: GeneratorConfig, base: str) -> int:
    return 1 if base == layout.item_file else config.files


def _file_name(layout: Layout, config: GeneratorConfig, base: str, number: int) -> str:
    files = _divided(layout, config, base)
    place = f"-{number:05}-of-{files:05}" if files > 1 else ""
    return base + place + layout.ending + (".gz" if config.gzip else "")


def _all_names(layout: Layout, config: GeneratorConfig) -> list[str]:
    return [
        _file_name(layout, config, base, number)
        for base in layout.headers
        for number in range(_divided(layout, config, base))
    ]


class _Progress:
    """Logs the progress every few seconds."""

    def __init__(self, events: int):
        self._events = events
        self._begin = self._last = time.monotonic()

    def tell(self, done: int) -> None:
        now = time.monotonic()
        if now - self._last >= _LINE_EVERY_S:
            self._last = now
            _LOG.info("%s of about %s events, %s a second", f"{done:,}", f"{self._events:,}", self._rate(done, now))

    def tell_end(self, done: int) -> None:
        now = time.monotonic()
        _LOG.info("%s events in %.1f s, %s a second", f"{done:,}", now - self._begin, self._rate(done, now))

    def _rate(self, done: int, now: float) -> str:
        return f"{done / max(now - self._begin, 1e-9):,.0f}"
