"""Runs what is measured in a process of its own: memory's peak is then its own, and nothing is warm or left over."""

import dataclasses
import multiprocessing
import re
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MEBIBYTE = 2**20
_STATUS = Path("/proc/self/status")
_PEAK_UNIT = 1 if sys.platform == "darwin" else 2**10
"""Bytes that `ru_maxrss` counts in."""


@dataclass(frozen=True)
class Usage:
    """What a call took.

    Attributes:
        seconds: By the clock on the wall.
        cpu_seconds: Of all cores, processes that the call started and that have ended included.
        memory_before_mib: Held at most before the call, by what is imported above all.
        peak_memory_mib: Held at most by the end of the call, by this process or by one that it started, whichever held
            more.
    """

    seconds: float
    cpu_seconds: float
    memory_before_mib: int
    peak_memory_mib: int


def usage(prepare: Callable[..., Callable[[], Any]], *arguments: Any) -> Usage:
    """Measures a call in a new process.

    Args:
        prepare: Makes the call in the new process; what it takes itself is not counted. A function of a module.
        arguments: Of `prepare`; they are pickled.

    Returns:
        What the call took. What it raises is raised here.
    """
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return Usage(**pool.apply(_measured, (prepare, arguments)))


def _measured(prepare: Callable[..., Callable[[], Any]], arguments: tuple[Any, ...]) -> dict[str, Any]:
    call = prepare(*arguments)
    memory, cpu, wall = _peak_mib(), _cpu_seconds(), time.perf_counter()
    call()
    seconds = time.perf_counter() - wall
    return dataclasses.asdict(Usage(seconds, _cpu_seconds() - cpu, memory, _peak_mib()))


def _usages() -> list[resource.struct_rusage]:
    return [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]


def _cpu_seconds() -> float:
    return sum(each.ru_utime + each.ru_stime for each in _usages())


def _peak_mib() -> int:
    own, others = (each.ru_maxrss * _PEAK_UNIT for each in _usages())
    if _STATUS.exists():
        # Linux counts into `ru_maxrss` what the process held that this one was started from; here it does not.
        own = int(re.findall(r"^VmHWM:\s+(\d+) kB$", _STATUS.read_text(), re.MULTILINE)[0]) * 2**10
    return max(own, others) // _MEBIBYTE
