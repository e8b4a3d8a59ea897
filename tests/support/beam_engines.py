"""Fetches Flink and Spark with package managers, and starts them on loopback: real ones, as processes.

    python -m tests.support.beam_engines flink spark     # fetches both; what is there stays

Beam's job server is published as one large file, which not every mirror keeps. So it is put together of its modules:
a file that only names them all, as `java -jar` takes it. One module is of a release before, for the same reason.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from apache_beam import version as beam_version

ENGINES = ("flink", "spark")


@dataclass(frozen=True)
class Release:
    """What belongs to an engine.

    Attributes:
        version: The engine's version, as `beam.flink_version` has it.
        package: The package of Python that brings the engine's own files, with its version.
        modules: Beam's modules, each with its version.
        server: The class that is the job server.
    """

    version: str
    package: str
    modules: tuple[tuple[str, str], ...]
    server: str


_RELEASES = {
    ("2.59.0", "flink"): Release(
        "1.16",
        "apache-flink-libraries==1.16.3",
        (("beam-runners-flink-1.16", "2.59.0"), ("beam-runners-java-job-service", "2.57.0")),
        "org.apache.beam.runners.flink.FlinkJobServerDriver",
    ),
    ("2.59.0", "spark"): Release(
        "3",
        "pyspark==3.5.6",
        (("beam-runners-spark-3", "2.59.0"), ("beam-runners-java-job-service", "2.57.0")),
        "org.apache.beam.runners.spark.SparkJobServerDriver",
    ),
}
_TWICE = "beam-sdks-java-harness"
"""A module that carries copies of others, of its own release. It runs Java functions, and ours are Python."""
_OPENED = (
    *("java.io", "java.lang", "java.lang.invoke", "java.lang.reflect", "java.net", "java.nio", "java.text"),
    *("java.time", "java.util", "java.util.concurrent", "java.util.concurrent.atomic", "sun.net.util", "sun.nio.ch"),
    *("sun.nio.cs", "sun.security.action", "sun.util.calendar"),
)
"""Packages of Java that both engines look into. Java 17 shows them to nobody who does not ask."""
_STARTS_IN_S = 120


@dataclass(frozen=True)
class Engine:
    """A fetched engine.

    Attributes:
        name: `flink` or `spark`.
        release: What it is made of.
        home: The folder of its own files.
        job_server: The file of Beam's job server.
    """

    name: str
    release: Release
    home: Path
    job_server: Path


def folder() -> Path:
    """Where engines are kept; TANDEM_ENGINES names another folder."""
    return Path(os.environ.get("TANDEM_ENGINES") or Path.home() / ".cache" / "tandem" / "engines")


def found(name: str) -> Engine | str:
    """The engine, if it was fetched; otherwise what is missing, as a sentence."""
    release = _RELEASES.get((beam_version.__version__, name))
    if release is None:
        return f"which {name} goes with Beam {beam_version.__version__} is not known to {Path(__file__).name}"
    if shutil.which("java") is None:
        return "there is no `java` here"
    place = folder() / f"{name}-{release.version}-beam-{beam_version.__version__}"
    engine = Engine(name, release, place / "home", place / "job-server.jar")
    if not engine.job_server.exists():
        return f"{engine.job_server} is not here: `make test-{name}` fetches it"
    return engine


def fetch(name: str) -> Engine:
    """Fetches an engine, unless it is there."""
    if isinstance(engine := found(name), Engine):
        return engine
    release = _RELEASES.get((beam_version.__version__, name))
    missing = [program for program in ("java", "mvn") if shutil.which(program) is None]
    if release is None or missing:
        raise SystemExit(f"{name} cannot be fetched: {engine if release is None else f'no {missing[0]} is installed'}.")
    place = folder() / f"{name}-{release.version}-beam-{beam_version.__version__}"
    place.mkdir(parents=True, exist_ok=True)
    print(f"Fetching {release.package} and Beam's modules for it into {place}: some 500 MB", flush=True)
    (place / "pom.xml").write_text(_pom(release))
    modules = ("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={place / 'modules'}")
    subprocess.run(["mvn", "-q", "-B", "-f", str(place / "pom.xml"), *modules], check=True)
    _fetch_home(release, place)
    engine = Engine(name, release, place / "home", place / "job-server.jar")
    own = sorted((engine.home / "lib").glob("log4j-*.jar")) if name == "flink" else sorted(_jars(engine))
    _write_job_server(engine, [*own, *sorted((place / "modules").glob("*.jar"))])
    return engine


def _fetch_home(release: Release, place: Path) -> None:
    """Unpacks the engine's own files, which a package of Python carries below `deps`."""
    pythons = [sys.executable, *filter(None, map(shutil.which, ("python3", "python")))]
    # Nothing is installed, so any Python that has pip will do.
    with_pip = next((each for each in pythons if _has_pip(each)), None)
    if with_pip is None:
        raise SystemExit("No Python here has pip, which fetches the engine's files.")
    subprocess.run(
        [with_pip, "-m", "pip", "download", "-q", "--no-deps", "-d", str(place), release.package], check=True
    )
    (archive,) = place.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        for member in packed:
            _, deps, inner = (*member.name.split("/", 2), "", "")[:3]
            if deps == "deps" and inner and ".." not in inner:
                member.name = inner
                packed.extract(member, place / "home")
    archive.unlink()


def _has_pip(python: str) -> bool:
    return subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0


def _pom(release: Release) -> str:
    wanted = "".join(
        f"<dependency><groupId>org.apache.beam</groupId><artifactId>{name}</artifactId><version>{version}</version>"
        f"<exclusions><exclusion><groupId>org.apache.beam</groupId><artifactId>{_TWICE}</artifactId></exclusion>"
        "</exclusions></dependency>"
        for name, version in release.modules
    )
    return (
        "<project><modelVersion>4.0.0</modelVersion><groupId>tests</groupId><artifactId>job-server</artifactId>"
        f"<version>1</version><dependencies>{wanted}</dependencies></project>"
    )


def _jars(engine: Engine) -> Iterator[Path]:
    yield from (engine.home / ("lib" if engine.name == "flink" else "jars")).glob("*.jar")


def _write_job_server(engine: Engine, jars: Sequence[Path]) -> None:
    """Writes a file without any class, which names those that have them."""
    lines = [
        ("Manifest-Version", "1.0"),
        ("Main-Class", engine.release.server),
        ("Add-Opens", " ".join(f"java.base/{each}" for each in _OPENED)),
        ("Class-Path", " ".join(each.resolve().as_uri() for each in jars)),
    ]
    with zipfile.ZipFile(engine.job_server, "w") as packed:
        packed.writestr("META-INF/MANIFEST.MF", b"".join(_manifest_line(*each) for each in lines) + b"\r\n")


def _manifest_line(name: str, value: str) -> bytes:
    """A line of a manifest, which goes on in the next, after a space, where it has 72 bytes."""
    text = f"{name}: {value}".encode()
    parts = [text[:70], *(b" " + text[start : start + 69] for start in range(70, len(text), 69))]
    return b"\r\n".join(parts) + b"\r\n"


@contextlib.contextmanager
def flink_cluster(engine: Engine, place: Path, task_managers: int = 2, slots: int = 1) -> Iterator["Cluster"]:
    """A Flink session cluster on loopback: a job manager and task managers, each a process."""
    rest, rpc = _free_port(), _free_port()
    conf = place / "conf"
    conf.mkdir(parents=True)
    settings = {
        **dict.fromkeys(("jobmanager.rpc.address", "jobmanager.bind-host", "rest.address", "rest.bind-address"), _HERE),
        **dict.fromkeys(("taskmanager.host", "taskmanager.bind-host"), _HERE),
        "jobmanager.rpc.port": rpc,
        "rest.port": rest,
        "io.tmp.dirs": place / "tmp",
        "taskmanager.numberOfTaskSlots": slots,
        # What the scripts of a distribution work out of the machine's size.
        "taskmanager.cpu.cores": float(slots),
        "taskmanager.memory.task.heap.size": "768m",
        "taskmanager.memory.task.off-heap.size": "128m",
        "taskmanager.memory.managed.size": "256m",
        **dict.fromkeys((f"taskmanager.memory.network.{end}" for end in ("min", "max")), "512m"),
        **dict.fromkeys((f"taskmanager.memory.framework.{kind}.size" for kind in ("heap", "off-heap")), "128m"),
        "taskmanager.memory.jvm-metaspace.size": "256m",
        **dict.fromkeys((f"taskmanager.memory.jvm-overhead.{end}" for end in ("min", "max")), "192m"),
        # Python takes many seconds to import TensorFlow.
        "heartbeat.timeout": 60_000,
        "akka.ask.timeout": "60 s",
        "cluster.evenly-spread-out-slots": "true",
    }
    (conf / "flink-conf.yaml").write_text("".join(f"{name}: {value}\n" for name, value in settings.items()))
    begin = "org.apache.flink.runtime"
    with _processes(place) as start:
        start(
            "job-manager",
            _java(engine, "512m"),
            f"{begin}.entrypoint.StandaloneSessionClusterEntrypoint",
            f"--configDir={conf}",
        )
        for number in range(task_managers):
            start(
                f"task-manager-{number}",
                _java(engine, "1g"),
                f"{begin}.taskexecutor.TaskManagerRunner",
                f"--configDir={conf}",
                f"-Dtaskmanager.resource-id=task-manager-{number}",
            )
        _wait_until(lambda: _overview(rest)["slots-total"] == task_managers * slots, place)
        yield Cluster(f"{_HERE}:{rest}", start.started)


@contextlib.contextmanager
def spark_cluster(engine: Engine, place: Path, workers: int = 2) -> Iterator["Cluster"]:
    """A Spark standalone cluster on loopback: a master and workers, each a process."""
    port, page = _free_port(), _free_port()
    place.mkdir(parents=True)
    with _processes(place, SPARK_HOME=str(engine.home), SPARK_LOCAL_IP=_HERE, SPARK_SCALA_VERSION="2.12") as start:
        master = f"spark://{_HERE}:{port}"
        begin = "org.apache.spark.deploy"
        said = ("--host", _HERE)
        start(
            "master",
            _java(engine, "512m"),
            f"{begin}.master.Master",
            *said,
            *("--port", str(port), "--webui-port", str(page)),
        )
        for number in range(workers):
            start(
                f"worker-{number}",
                _java(engine, "512m"),
                f"{begin}.worker.Worker",
                *said,
                *("--cores", "1", "--memory", "2g", "--webui-port", str(_free_port())),
                *("-d", str(place / f"work-{number}"), master),
            )
        _wait_until(lambda: _get(page, "json/")["aliveworkers"] == workers, place)
        yield Cluster(master, start.started)


@dataclass(frozen=True)
class Cluster:
    """A running cluster.

    Attributes:
        master: Its address, as `beam.master` has it.
        processes: Its processes by name.
    """

    master: str
    processes: dict[str, subprocess.Popen]

    def says(self, path: str) -> dict:
        """What a job manager of Flink answers."""
        return _get(int(self.master.rpartition(":")[2]), path)


_HERE = "127.0.0.1"


def _java(engine: Engine, heap: str) -> list[str]:
    opened = [f"--add-opens=java.base/{each}=ALL-UNNAMED" for each in _OPENED]
    folder_of_jars = next(_jars(engine)).parent
    return ["java", f"-Xmx{heap}", *opened, "-cp", f"{folder_of_jars}/*"]


@contextlib.contextmanager
def _processes(place: Path, **environment: str) -> Iterator["_Starter"]:
    """Starts processes, whose output goes into files below a folder, and ends them all."""
    starter = _Starter(place, {**os.environ, **environment})
    try:
        yield starter
    finally:
        for process in reversed(starter.started.values()):
            process.terminate()
        for process in starter.started.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class _Starter:
    def __init__(self, place: Path, environment: dict[str, str]):
        self.started: dict[str, subprocess.Popen] = {}
        self._place, self._environment = place, environment

    def __call__(self, name: str, java: Sequence[str], *said: str) -> None:
        with open(self._place / f"{name}.log", "w", encoding="utf-8") as log:
            self.started[name] = subprocess.Popen(
                [*java, *said], stdout=log, stderr=log, env=self._environment, cwd=self._place
            )


def _wait_until(holds, place: Path) -> None:
    until = time.monotonic() + _STARTS_IN_S
    while time.monotonic() < until:
        with contextlib.suppress(OSError, ValueError, KeyError):
            if holds():
                return
        time.sleep(0.3)
    said = "\n".join(f"{log.name}: {log.read_text()[-1000:]}" for log in sorted(place.glob("*.log")))
    raise TimeoutError(f"no cluster after {_STARTS_IN_S} s\n{said}")


def _overview(port: int) -> dict:
    return _get(port, "overview")


def _get(port: int, path: str) -> dict:
    with urllib.request.urlopen(f"http://{_HERE}:{port}/{path}", timeout=5) as answer:
        return json.load(answer)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind((_HERE, 0))
        return taken.getsockname()[1]


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ENGINES:
        print(f"{wanted}: {fetch(wanted).job_server}")
