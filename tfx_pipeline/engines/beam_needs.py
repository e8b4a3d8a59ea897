"""What the engine that `beam` names lacks, found before a run starts: programs, files, and a cluster that answers.

An engine tells of it late: the job server when it starts, a task manager minutes into a component, in a traceback of
another program.
"""

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, Final

from tfx_pipeline.config import beam_config
from tfx_pipeline.config.beam_config import BeamConfig

_ANSWERS_IN_S: Final = 5
_DOCKER_ANSWERS_IN_S: Final = 20
_NEXT_TO_WORKERS: Final = (beam_config.DIRECT, beam_config.MULTI_PROCESSING)


def missing(config: BeamConfig, root: str) -> list[str]:
    """Says what is missing, each with what mends it; empty if nothing is.

    Args:
        config: The section `beam` of the configuration.
        root: The run's root, where workers write.
    """
    if config.runner in _NEXT_TO_WORKERS:
        return []
    found = list(_dataflow() if config.runner == beam_config.DATAFLOW else _portable(config))
    if _works_elsewhere(config) and "://" not in root:
        found.append(
            f"root = {root}: workers in containers and on Google's machines do not see this folder, and what they "
            "write would be lost. Set `root` in a store that they reach, such as gs://bucket/run, or `beam.workers_as: "
            "process` on machines that share the folder."
        )
    return found


def _works_elsewhere(config: BeamConfig) -> bool:
    return config.runner == beam_config.DATAFLOW or config.places_workers == beam_config.DOCKER


def _dataflow() -> Iterator[str]:
    if importlib.util.find_spec("apitools") is None:
        yield (
            "beam.runner = dataflow: Beam's part for Google's services is not installed. Install it: `pip install "
            "'apache-beam[gcp]'`, in the release that is installed."
        )


def _portable(config: BeamConfig) -> Iterator[str]:
    # Imports Beam, in a second or two. Other engines do without.
    from tfx_pipeline.engines import beam_options, job_server_jar

    knows = job_server_jar.known_flinks()
    if config.runner == beam_config.FLINK and config.flink_version and config.flink_version not in knows:
        yield (
            f"beam.flink_version = {config.flink_version}: the installed Beam speaks to Flink {', '.join(knows)}. Set "
            "one of these, the cluster's; or install Tandem for a newer Python, whose Beam knows newer ones."
        )
        return
    if not config.starts_job_server:
        yield from _reached(f"beam.job_server = {config.job_server}", config.job_server, "Start the job server")
    else:
        if not java():
            yield (
                f"beam.runner = {config.runner}: there is no `java`, which the job server needs. Install Java 11 or 17 "
                "(Debian: `apt-get install openjdk-17-jre-headless`), or set `beam.job_server` to one that runs."
            )
        jar = job_server_jar.path(config)
        if "://" not in jar and not os.path.isfile(jar):
            yield (
                f"beam.job_server_jar = {jar}: no such file. Fetch it with `{job_server_jar.how_to_get(config)}`, or "
                "name the file that you have."
            )
    yield from _cluster(config, knows)
    yield from _workers(config, beam_options.worker_command())


def java() -> str:
    """The program `java` that Beam would start; empty if there is none."""
    return shutil.which("java") or ""


def _cluster(config: BeamConfig, knows: tuple[str, ...]) -> Iterator[str]:
    if config.is_inside_job_server:
        return
    address = f"beam.master = {config.master}"
    if config.runner == beam_config.SPARK:
        yield from _reached(address, config.master.rpartition("://")[2], "Start the master")
        return
    try:
        overview = _overview(config.master)
    except (OSError, ValueError) as error:
        yield f"{address}: no Flink answers there ({error}). Start the job manager, or name its web page."
        return
    version = str(overview.get("flink-version", ""))
    wanted = config.flink_version or knows[-1]
    if not version.startswith(f"{wanted}."):
        mend = f"Set `beam.flink_version: {'.'.join(version.split('.')[:2])}`"
        if ".".join(version.split(".")[:2]) not in knows:
            mend = f"The installed Beam knows Flink {', '.join(knows)} only: run one of these"
        yield f"{address}: that is Flink {version}, and the job server would be one for Flink {wanted}. {mend}."
    slots = int(overview.get("slots-total", 0))
    if slots < max(config.workers, 1):
        yield (
            f"{address}: its task managers have {slots} slots, and a job wants {max(config.workers, 1)} "
            "(`beam.workers`). It would wait for more. Start task managers, or lower `beam.workers`."
        )


def _overview(master: str) -> dict[str, Any]:
    """What a job manager says of its cluster."""
    address = master if "://" in master else f"http://{master}"
    with urllib.request.urlopen(f"{address.rstrip('/')}/overview", timeout=_ANSWERS_IN_S) as answer:
        said = json.load(answer)
    if not isinstance(said, dict):
        raise ValueError("it answers as no job manager does")
    return said


def _workers(config: BeamConfig, command: str) -> Iterator[str]:
    placed = config.places_workers
    if placed == beam_config.PROCESS and not os.access(command, os.X_OK):
        yield (
            f"beam.workers_as = process: there is no {command}, which the engine would start. Install Tandem into this "
            "environment (`make setup`, or `pip install`), on each machine of the cluster at the same path."
        )
    if placed == beam_config.WORKER_POOL and _is_here(config):
        yield from _reached(
            f"beam.worker_pool = {config.worker_pool}",
            config.worker_pool,
            f"Start it: `python -m apache_beam.runners.worker.worker_pool_main --container_executable={command} "
            f"--service_port={config.worker_pool.rpartition(':')[2]}`",
        )
    if placed == beam_config.DOCKER and _is_here(config):
        yield from _docker()


def _is_here(config: BeamConfig) -> bool:
    """Whether workers start on this machine. Others are not looked at."""
    return config.is_inside_job_server or config.host in beam_config.THIS_MACHINE


def _docker() -> Iterator[str]:
    mend = "Install and start Docker, or set `beam.workers_as: process` or `loopback`"
    program = shutil.which("docker")
    if not program:
        yield f'beam.workers_as = docker: the engine could not run the program "docker", which is not here. {mend}.'
        return
    try:
        asked = subprocess.run([program, "info"], capture_output=True, text=True, timeout=_DOCKER_ANSWERS_IN_S)
        said = "" if asked.returncode == 0 else (asked.stderr.strip().splitlines() or ["it failed"])[-1]
    except (OSError, subprocess.TimeoutExpired) as error:
        said = str(error)
    if said:
        yield f"beam.workers_as = docker: `docker info` finds no running Docker ({said}). {mend}."


def _reached(field: str, address: str, mend: str) -> Iterator[str]:
    """Says if nothing listens at an address."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWERS_IN_S).close()
    except (OSError, ValueError) as error:
        yield f"{field}: nothing answers there ({error}). {mend}."
