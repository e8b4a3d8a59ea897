"""Kills machines of a cluster while they work: processes that tests have started."""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from tests.support.beam_engines import Cluster


@dataclass
class Loss:
    """A task manager that was lost while it worked.

    Attributes:
        task_manager: Its name; empty before it happens.
        job: The name of the job that it worked for.
        restarted: Whether that job has begun anew.
        ended: How that job has ended: `FINISHED`, if well.
    """

    task_manager: str = ""
    job: str = ""
    restarted: bool = False
    ended: str = ""


@contextlib.contextmanager
def task_manager_lost(cluster: Cluster, after_s: float) -> Iterator[Loss]:
    """Kills, within a `with`, a task manager of Flink that has worked for a job for so many seconds."""
    loss, over = Loss(), threading.Event()

    def job_at_work() -> str:
        running = (job for job in cluster.says("jobs/overview")["jobs"] if job["state"] == "RUNNING")
        return next((job["jid"] for job in running if job["duration"] > after_s * 1000), "")

    def kill() -> None:
        while not over.wait(0.2):
            with contextlib.suppress(OSError, StopIteration):
                if not (job := job_at_work()):
                    continue
                managers = cluster.says("taskmanagers")["taskmanagers"]
                name = next(each["id"] for each in managers if not each["freeSlots"])
                cluster.processes[name].kill()
                loss.task_manager, loss.job = name, job
                return

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    try:
        yield loss
    finally:
        over.set()
        killer.join()
    if loss.job:
        told = cluster.says(f"jobs/{loss.job}")
        loss.job, loss.ended = told["name"], told["state"]
        loss.restarted = told["timestamps"]["RESTARTING"] > 0


@contextlib.contextmanager
def executor_lost(cluster: Cluster, after_s: float) -> Iterator[list[int]]:
    """Kills, within a `with`, an executor of Spark that is so many seconds old.

    Yields:
        Its process id, and then those of executors that have started since. Empty until it happens.
    """
    pids: list[int] = []
    over = threading.Event()

    def executors() -> Iterator[psutil.Process]:
        for name, process in cluster.processes.items():
            if name.startswith("worker"):
                yield from psutil.Process(process.pid).children()

    def watch() -> None:
        known: set[int] = set()
        while not over.wait(0.2):
            with contextlib.suppress(psutil.Error):  # It has just ended.
                for executor in executors():
                    if pids and executor.pid not in known:
                        pids.append(executor.pid)
                    known.add(executor.pid)
                    if not pids and time.time() - executor.create_time() > after_s:
                        executor.kill()
                        pids.append(executor.pid)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield pids
    finally:
        over.set()
        watcher.join()
