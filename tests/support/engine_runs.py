"""Runs each component that uses Beam once more, on another engine, on the very inputs that it had in a run.

python -m tests.support.engine_runs flink spark --users 2000    # times, up to Transform, inside the job servers
python -m tests.support.engine_runs flink --cluster             # on a cluster with a process for each worker
"""

import argparse
import copy
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import attr
import psutil
from tfx.orchestration.portable.beam_executor_operator import BeamExecutorOperator

from tests.support import beam_engines, same_artifacts, tiny_logs
from tfx_pipeline import pipeline
from tfx_pipeline.config.beam_config import BeamConfig
from tfx_pipeline.config.pipeline_config import PipelineConfig, load_config
from tfx_pipeline.engines import beam_options
from tfx_pipeline.pipeline import create_pipeline
from tfx_pipeline.runners import local_runner


@dataclass(frozen=True)
class UsedBeam:
    """A component of a run that used Beam.

    Attributes:
        component: Its id.
        spec: What TFX knows of its executor.
        info: What the executor was given, before it worked: inputs, settings, where outputs go.
        seconds: How long it took.
        usage: What it took.
    """

    component: str
    spec: Any
    info: Any
    seconds: float
    usage: "Usage"

    def outputs(self, folder: Path | None = None) -> Iterator[tuple[str, Path]]:
        """Name and folder of each output: of the run, or below another folder."""
        for name, artifacts in self.info.output_dict.items():
            for artifact in artifacts:
                yield name, Path(artifact.uri) if folder is None else folder / self.component / name


def recorded(config: PipelineConfig, make_pipeline=create_pipeline) -> list[UsedBeam]:
    """Runs a pipeline on this machine, and keeps what each component that used Beam was given."""
    used: list[UsedBeam] = []
    run_executor = BeamExecutorOperator.run_executor

    def kept(operator: Any, execution_info: Any, make_beam_pipeline_fn: Any = None) -> Any:
        info, start = copy.deepcopy(execution_info), time.monotonic()
        with Usage().watched() as usage:
            result = run_executor(operator, execution_info, make_beam_pipeline_fn)
        component = info.pipeline_node.node_info.id
        used.append(UsedBeam(component, operator._executor_spec, info, time.monotonic() - start, usage))
        return result

    with mock.patch.object(BeamExecutorOperator, "run_executor", kept):
        local_runner.run_pipeline(make_pipeline(config))
    return used


def run_again(used: UsedBeam, beam: BeamConfig, folder: Path) -> float:
    """Runs a component on an engine, into a folder of its own; returns the seconds that it took."""
    info = copy.deepcopy(used.info)
    for name, artifacts in info.output_dict.items():
        for artifact in artifacts:
            artifact.uri = str(folder / used.component / name)
            Path(artifact.uri).mkdir(parents=True)
    places = {name: str(folder / used.component / f".{name}") for name in ("tmp_dir", "stateful_working_dir")}
    for place in places.values():
        Path(place).mkdir()
    info = attr.evolve(info, execution_output_uri=str(folder / used.component / ".output"), **places)
    spec = copy.deepcopy(used.spec)
    del spec.beam_pipeline_args_placeholders[:]
    for option in beam_options.for_executors(beam):
        spec.beam_pipeline_args_placeholders.add().value.string_value = option
    start = time.monotonic()
    BeamExecutorOperator(spec).run_executor(info)
    return time.monotonic() - start


def differences(used: UsedBeam, folder: Path) -> list[str]:
    """In what a component's outputs differ from those of the run."""
    there = dict(used.outputs(folder))
    return [
        f"{used.component}, {name}: {told}"
        for name, place in used.outputs()
        for told in same_artifacts.differences(place, there[name])
    ]


class Usage:
    """What programs took within a `with`: this process, Java and other Python ones that it started.

    Attributes:
        peaks: The most memory of each kind, in MiB. Pages that processes share count once for each.
        cpu_seconds: The processors' seconds of all. What a process does in the half second before it ends is missed.
    """

    def __init__(self) -> None:
        self.peaks: dict[str, float] = {}
        self._cpu: dict[int, list[float]] = {}

    @property
    def cpu_seconds(self) -> float:
        return sum(last - first for first, last in self._cpu.values())

    def __str__(self) -> str:
        sizes = ", ".join(f"{kind} {peak:.0f} MiB" for kind, peak in sorted(self.peaks.items()))
        return f"{self.cpu_seconds:.1f} CPU s, {sizes}"

    @contextmanager
    def watched(self) -> Iterator["Usage"]:
        """Looks twice a second."""
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(0.5):
                self._look()

        self._look(begins=True)
        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            ended.set()
            thread.join()
            self._look()

    def _look(self, begins: bool = False) -> None:
        now: dict[str, float] = {}
        own = psutil.Process()
        for process in (own, *own.children(recursive=True)):
            try:
                kind = "own" if process == own else "java" if "java" in process.name() else "python"
                now[kind] = now.get(kind, 0) + process.memory_info().rss / 2**20
                taken = sum(process.cpu_times()[:2])
                self._cpu.setdefault(process.pid, [taken if begins else 0.0, taken])[1] = taken
            except psutil.Error:
                continue  # It has just ended.
        for kind, size in now.items():
            self.peaks[kind] = max(self.peaks.get(kind, 0), size)


def main() -> None:
    """Prints what each component takes on each engine, and in one process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engines", nargs="+", choices=beam_engines.ENGINES)
    parser.add_argument("--users", type=int, default=2000, help="users of the made-up log, 16 events each")
    parser.add_argument("--workers", type=int, default=2, help="bundles at a time")
    parser.add_argument("--cluster", action="store_true", help="with a task manager or executor for each worker")
    said = parser.parse_args()
    engines = {name: beam_engines.found(name) for name in said.engines}
    if missing := [engine for engine in engines.values() if isinstance(engine, str)]:
        raise SystemExit("\n".join(missing))
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    with tempfile.TemporaryDirectory() as folder:
        config = load_config(str(tiny_logs.write(Path(folder), said.users)))
        used = recorded(config, lambda config: pipeline._pipeline(config, pipeline._until_transformed(config, "")))
        events = 16 * said.users
        for each in used:
            _tell("one process", each, each.seconds, each.usage, events)
        for name, engine in engines.items():
            with (
                _cluster(engine, Path(folder) / f"{name} cluster", said.workers)
                if said.cluster
                else nullcontext() as on
            ):
                beam = BeamConfig(
                    name,
                    on.master if on else "",
                    workers=said.workers,
                    job_server_jar=str(engine.job_server),
                    flink_version=engine.release.version if name == "flink" else "",
                )
                for each in used:
                    with Usage().watched() as usage:
                        seconds = run_again(each, beam, Path(folder) / name)
                    _tell(name, each, seconds, usage, events)
                    print("\n".join(differences(each, Path(folder) / name)) or "the same was written", flush=True)


def _cluster(engine: beam_engines.Engine, place: Path, workers: int) -> AbstractContextManager[beam_engines.Cluster]:
    start = beam_engines.flink_cluster if engine.name == "flink" else beam_engines.spark_cluster
    place.mkdir()
    return start(engine, place / "files", workers)


def _tell(name: str, used: UsedBeam, seconds: float, usage: Usage, events: int) -> None:
    print(f"{name} {used.component}: {seconds:.1f} s, {events / seconds:,.0f} events a second, {usage}", flush=True)


if __name__ == "__main__":
    main()
