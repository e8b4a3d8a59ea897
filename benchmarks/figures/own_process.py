"""Measures a call in a new process, so that peak memory is its own and nothing is cached from an earlier call."""

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
"""The unit of `ru_maxrss`, in bytes."""


@dataclass(frozen=True)
class Usage:
    """The time and memory that a call took.

    Attributes:
        seconds: Wall-clock time.
        cpu_seconds: CPU time on all cores. It includes processes that the call started and that have ended.
        memory_before_mib: Peak memory before the call, mostly of imported modules.
        peak_memory_mib: Peak memory at the end of the call, of this process or of one that it started, whichever is
            larger.
    """

    seconds: float
    cpu_seconds: float
    memory_before_mib: int
    peak_memory_mib: int


def usage(prepare: Callable[..., Callable[[], Any]], *arguments: Any) -> Usage:
    """Measures a call in a new process.

    Args:
        prepare: A module's function that returns the call. It runs in the new process and is not measured.
        arguments: The arguments of `prepare`, which are pickled.

    Returns:
        The time and memory that the call took. An exception of the call is raised here.
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
        # On Linux `ru_maxrss` also counts the memory of the parent process at the fork. VmHWM does not.
        own = int(re.findall(r"^VmHWM:\s+(\d+) kB$", _STATUS.read_text(), re.MULTILINE)[0]) * 2**10
    return max(own, others) // _MEBIBYTE
