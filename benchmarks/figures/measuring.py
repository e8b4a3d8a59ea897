"""Measures time and memory, and describes the machine and the versions that a report must name."""

import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from importlib import metadata
from typing import Any

import numpy as np
import tensorflow as tf

WARM_UP_STEPS = 2


def median_seconds(calls: Mapping[str, Callable[[int], Any]], steps: int) -> dict[str, float]:
    """Measures the wall-clock seconds of each call: the median over `steps`, after a few warm-up steps.

    The calls take turns. If the machine is busy for a while, all of them become slower alike, so their differences and
    ratios still hold.

    Args:
        calls: Functions by name. Each takes the number of the step. The time includes fetching what it returns, so that
            the work of a device is counted to its end.
        steps: How many calls of each are counted.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    for step in range(WARM_UP_STEPS + steps):
        for name, call in calls.items():
            start = time.perf_counter()
            for tensor in tf.nest.flatten(call(step)):
                np.asarray(tensor)
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(each[WARM_UP_STEPS:]) for name, each in times.items()}


def mean_seconds(elements: Iterable[Any], steps: int) -> float:
    """Measures the wall-clock seconds of an input pipeline's element: the mean over `steps`, after a few warm-up steps.

    A median would be wrong: several elements are prepared at a time, so most of them seem to take no time at all.
    """
    iterator = iter(elements)
    for _ in range(WARM_UP_STEPS):
        next(iterator)
    start = time.perf_counter()
    for _ in range(steps):
        next(iterator)
    return (time.perf_counter() - start) / steps


def peak_memory_mib() -> dict[str, int]:
    """Returns the peak memory of this process, and of its GPU if there is one."""
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = {"process": resident // 2**20 if sys.platform == "darwin" else resident // 2**10}
    if tf.config.list_physical_devices("GPU"):
        peak["gpu"] = tf.config.experimental.get_memory_info("GPU:0")["peak"] // 2**20
    return peak


def machine() -> dict[str, Any]:
    """Describes the machine that ran the measurement, and the versions."""
    gpus = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    return {
        # The cores that this process may use. A container often has fewer than its host.
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "gpus": ", ".join(gpu.get("device_name", "unnamed") for gpu in gpus) or "none",
        "python": platform.python_version(),
        **{package: metadata.version(package) for package in ("tensorflow", "keras", "numpy")},
    }
