"""On which engine Beam runs: the part of the pipeline that reads the log, makes examples and measures models."""

from dataclasses import dataclass
from typing import Final

from schemas.number_checks import check_least

DIRECT, MULTI_PROCESSING, FLINK, SPARK, DATAFLOW = "direct", "multi_processing", "flink", "spark", "dataflow"
RUNNERS: Final = (DIRECT, MULTI_PROCESSING, FLINK, SPARK, DATAFLOW)
PORTABLE: Final = (FLINK, SPARK)
"""The engines that a job server of Beam speaks to."""

AUTO, LOOPBACK, PROCESS, WORKER_POOL, DOCKER = "auto", "loopback", "process", "worker_pool", "docker"
WORKERS_AS: Final = (AUTO, LOOPBACK, PROCESS, WORKER_POOL, DOCKER)

THIS_MACHINE: Final = ("localhost", "127.0.0.1", "[::1]")
"""Names of the machine that a run is on."""


@dataclass(frozen=True)
class BeamConfig:
    """On which engine Beam runs. `tandem check` says what an engine lacks; docs/scale.md shows each.

    Attributes:
        runner: `direct`: in the process of the run, one worker. `multi_processing`: workers as processes of this
            machine. `flink`, `spark`: an engine of several machines, or one that a run starts for itself. `dataflow`:
            Google's service.
        master: Of `flink` and `spark`: the cluster. For Flink, the address of the job manager's web page, such as
            `localhost:8081`; for Spark, such as `spark://localhost:7077`. Empty: a cluster inside the job server's
            process, for trials.
        workers: How many bundles are worked on at a time. 0: `multi_processing` takes the machine's cores, an engine
            decides itself. A Spark cluster always does.
        workers_as: Of `flink` and `spark`: where Python runs. `loopback`: in the process of the run, one core of it.
            `process`: processes beside each task manager or executor, where this same environment must be installed.
            `worker_pool`: at `worker_pool`. `docker`: containers of `image`, which Docker starts beside each task
            manager or executor. `auto`: `loopback` without a `master`, `process` if the master is on this machine,
            else `docker`.
        workers_per_machine: Of `flink` and `spark`: how many Python processes each task manager or executor has,
            however many bundles it works on; 0: one less than its cores.
        worker_pool: With `workers_as: worker_pool`, the address at which each machine finds Beam's worker pool, such as
            `localhost:50000` for one beside each task manager.
        image: With `workers_as: docker` and for `dataflow`, the container image that holds Tandem and Beam's SDK.
        job_server: Of `flink` and `spark`: the address of a job server that runs, such as `localhost:8099`. Empty: a
            run starts one, with Java.
        job_server_jar: The file of the job server. Empty: the one in Beam's own cache, below `~/.apache_beam`.
        flink_version: The Flink that the job server is of, such as `1.18`. Empty: the newest that the installed Beam
            knows. A cluster must have the same.
        retries: Of `flink`: how many lost machines a job outlives; it begins anew after a minute. A broken pipeline,
            too, is then tried many times. 0: a job fails, unless the cluster's own configuration says otherwise. Spark
            and Dataflow repeat the lost part by themselves.
        temp: A folder that the run and all workers can write, for files in between. `dataflow` needs one (`gs://`).
        project: Of `dataflow`: the project.
        region: Of `dataflow`: the region.
        args: Options of Beam, one per list entry. They are added last and win over all others here.
    """

    runner: str = DIRECT
    master: str = ""
    workers: int = 0
    workers_as: str = AUTO
    workers_per_machine: int = 1
    worker_pool: str = ""
    image: str = ""
    job_server: str = ""
    job_server_jar: str = ""
    flink_version: str = ""
    retries: int = 0
    temp: str = ""
    project: str = ""
    region: str = ""
    args: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuses an unknown engine, and one that lacks what it cannot do without."""
        for name, known in (("runner", RUNNERS), ("workers_as", WORKERS_AS)):
            if getattr(self, name) not in known:
                raise ValueError(f"`{name}` should be one of {', '.join(known)}. Received: {getattr(self, name)!r}")
        check_least(self, 0, "workers", "workers_per_machine", "retries")
        if self.runner == DIRECT and self.workers > 1:
            raise ValueError(
                f"`runner: {DIRECT}` has one worker. Received: workers={self.workers}. Set `runner: {MULTI_PROCESSING}`"
            )
        if self.retries and (self.runner != FLINK or self.job_server):
            mend = "set Flink's `restart-strategy` where the job server runs"
            raise ValueError(
                "`retries` is for `runner: flink` with a job server that the run starts. Received: "
                f"retries={self.retries}; {mend if self.job_server else 'leave it out'}"
            )
        for option in self.args:
            if not option.startswith("-"):
                raise ValueError(f"`args` should hold options such as `--name=value`. Received: {option!r}")
        if self.runner == DATAFLOW:
            self._check_dataflow()
        if self.runner in PORTABLE:
            self._check_portable()

    @property
    def is_inside_job_server(self) -> bool:
        """Whether Flink or Spark is a cluster inside the job server's process."""
        return self.runner in PORTABLE and (not self.master or self.master.startswith(("[", "local")) and not self.host)

    @property
    def host(self) -> str:
        """The machine of `master`; empty if it names none."""
        address = self.master.rpartition("://")[2].rstrip("/")
        host, colon, port = address.rpartition(":")
        return host if colon and port.isdecimal() else ""

    @property
    def places_workers(self) -> str:
        """`workers_as`, decided."""
        if self.workers_as != AUTO:
            return self.workers_as
        if self.is_inside_job_server:
            return LOOPBACK
        return PROCESS if self.host in THIS_MACHINE else DOCKER

    @property
    def starts_job_server(self) -> bool:
        """Whether a run starts a job server."""
        return self.runner in PORTABLE and not self.job_server

    def _check_dataflow(self) -> None:
        for name, example in (
            ("project", "my-project"),
            ("region", "europe-west1"),
            ("temp", "gs://bucket/temp"),
            ("image", "gcr.io/my-project/tandem"),
        ):
            if not getattr(self, name):
                raise ValueError(f"`runner: {DATAFLOW}` needs `{name}`, such as {example}. Received: none")
        if not self.temp.startswith("gs://"):
            raise ValueError(f"`runner: {DATAFLOW}` needs a `temp` in gs://. Received: {self.temp!r}")

    def _check_portable(self) -> None:
        if self.master and not self.is_inside_job_server and not self.host:
            example = "localhost:8081" if self.runner == FLINK else "spark://localhost:7077"
            raise ValueError(f"`master` should be an address with a port, such as {example}. Received: {self.master!r}")
        if self.runner == SPARK and self.host and not self.master.startswith("spark://"):
            raise ValueError(f"`master` of Spark should begin with spark://. Received: {self.master!r}")
        if self.places_workers == WORKER_POOL and not self.worker_pool:
            raise ValueError("`workers_as: worker_pool` needs `worker_pool`, such as localhost:50000. Received: none")
        if self.places_workers == DOCKER and not self.image:
            raise ValueError(
                "workers in containers need `image`, one that holds Tandem and Beam's SDK. Received: none. On machines "
                "where Tandem is installed, set `workers_as: process`"
            )
