"""Runs a compiled specification task by task: what Kubeflow's driver and launcher do around each container.

Their own code is not to be had as a package, so this is a stand-in. It was held against the source of Kubeflow
Pipelines 2.17.0 (backend/src/v2: `driver/container.go`, `resolve.go`, `driver.go`, `cache.go`,
`component/launcher_v2.go`, `objectstore/object_store.go`, `metadata/converter.go`). Containers are processes of this
machine, each with a disk of its own that is gone with it, one after another. There is no Kubernetes: what the second
document of the file says, and resources, are not carried out.

What the specification of this project does not use is refused, so that nobody takes it for tried.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.object_stores import Store

REPOSITORY = Path(__file__).parents[2]
Artifact = dict[str, Any]

SUCCEEDED, CACHED, FAILED, SKIPPED = "succeeded", "cached", "failed", "skipped"


def _title(whole: str) -> str:
    return yaml.safe_load(whole)["title"]


TYPE_FORMS: Mapping[str, Callable[[str], Artifact]] = {
    "empty": lambda whole: {"type": {"instanceSchema": ""}},  # As 2.17.0's driver does it.
    "whole": lambda whole: {"type": {"instanceSchema": whole}},
    "title": lambda whole: {"type": {"schemaTitle": _title(whole)}},
    "one of Kubeflow's own": lambda whole: {"type": {"schemaTitle": "system.Dataset"}},
    "a bare name": lambda whole: {"type": {"schemaTitle": "Artifact"}},
    "the whole as title": lambda whole: {"type": {"schemaTitle": whole}},
    "nothing": lambda whole: {},
}
"""How a driver hands on the type of an input, by the whole schema that the task before was compiled with."""


@dataclass
class Task:
    """What became of a task.

    Attributes:
        name: Its name.
        state: `SUCCEEDED`, `CACHED`, `FAILED` or `SKIPPED`, if one before it failed.
        said: What its container printed, of all attempts.
        attempts: How often it was tried.
        seconds: How long that took.
        outputs: Its artifacts, by name.
        warnings: What the launcher warned of.
    """

    name: str
    state: str = SKIPPED
    said: str = ""
    attempts: int = 0
    seconds: float = 0.0
    outputs: dict[str, Artifact] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


@dataclass
class Cluster:
    """A cluster with an object store.

    Attributes:
        store: Where artifacts lie.
        scratch: A folder for the disk of the container that runs.
        types_as: How the driver hands on types: a key of `TYPE_FORMS`.
        keeps_logs: Whether the logs of containers are kept as one more output.
        missing_is_error: Whether an output that was not written fails a task, as without the metadata store.
        watch: Called with the name of a task, the number of the attempt and the container's process, once it runs.
    """

    store: Store
    scratch: Path
    types_as: str = "empty"
    keeps_logs: bool = False
    missing_is_error: bool = False
    watch: Callable[[str, int, subprocess.Popen], None] = lambda task, attempt, process: None
    _cache: dict[str, dict[str, Artifact]] = field(default_factory=dict)
    _known: int = 0

    def submit(self, path: Path, pipeline_root: str, cache: bool = True, until: str = "") -> dict[str, Task]:
        """Runs a specification.

        Args:
            path: The file.
            pipeline_root: The address below which artifacts are put.
            cache: Whether tasks may take what an equal one made before.
            until: The last task to run, with those that it depends on; empty for all.
        """
        specification = next(yaml.safe_load_all(path.read_text()))
        assert specification["schemaVersion"] == "2.1.0", "only schema 2.1.0 is taken"
        root = specification["root"]["dag"]
        assert not root.get("outputs") and "inputDefinitions" not in specification["root"]
        run_root = f"{pipeline_root.rstrip('/')}/{specification['pipelineInfo']['name']}/{uuid.uuid4()}"
        asked = _needed(until, root["tasks"]) if until else root["tasks"]
        tasks = {name: Task(name) for name in asked}
        for name in _in_order({each: root["tasks"][each] for each in asked}):
            spec = root["tasks"][name]
            if all(tasks[each].state in (SUCCEEDED, CACHED) for each in spec.get("dependentTasks", [])):
                self._run(specification, spec, tasks, tasks[name], run_root, cache)
        return tasks

    def _run(
        self, specification: Any, spec: Any, tasks: Mapping[str, Task], task: Task, run_root: str, cache: bool
    ) -> None:
        start = time.monotonic()
        component = specification["components"][spec["componentRef"]["name"]]
        executor = specification["deploymentSpec"]["executors"][component["executorLabel"]]
        assert set(executor) == {"container"}, f"{task.name}: only containers are run here"
        container = executor["container"]
        invocation = self._invocation(component, spec, tasks, task.name, run_root)
        key = _fingerprint(invocation, component, container)
        if cache and spec.get("cachingOptions", {}).get("enableCache") and key in self._cache:
            task.state, task.outputs = CACHED, self._cache[key]
            return
        for attempt in range(spec.get("retryPolicy", {}).get("maxRetryCount", 0) + 1):
            task.attempts += 1
            disk = self.scratch / "disk"  # Each container finds its files where another found those of its own.
            disk.mkdir(parents=True)
            try:
                done = self._launch(json.loads(json.dumps(invocation)), container, task, disk, attempt)
            finally:
                shutil.rmtree(disk)
            if done:
                task.state = SUCCEEDED
                self._cache[key] = task.outputs
                break
            task.state = FAILED
        task.seconds = time.monotonic() - start

    def _invocation(self, component: Any, spec: Any, tasks: Mapping[str, Task], name: str, run_root: str) -> Any:
        """The ExecutorInput that the driver makes."""
        inputs = spec.get("inputs", {})
        definitions = component.get("inputDefinitions", {})
        parameters = {
            each: given["defaultValue"]
            for each, given in definitions.get("parameters", {}).items()
            if "defaultValue" in given
        }
        for each, given in inputs.get("parameters", {}).items():
            assert set(given) == {"runtimeValue"} and set(given["runtimeValue"]) == {"constant"}, (name, each, given)
            parameters[each] = given["runtimeValue"]["constant"]
        artifacts = {}
        for each, given in inputs.get("artifacts", {}).items():
            assert set(given) == {"taskOutputArtifact"}, (name, each, given)
            source = given["taskOutputArtifact"]
            made = tasks[source["producerTask"]].outputs[source["outputArtifactKey"]]
            # Of what was recorded, the type is not read again.
            handed = {part: made[part] for part in ("name", "uri", "metadata")}
            whole = definitions["artifacts"][each]["artifactType"]["instanceSchema"]
            artifacts[each] = {"artifacts": [handed | TYPE_FORMS[self.types_as](whole)]}
        task_root = f"{run_root}/{name}/{uuid.uuid4()}"
        defined = dict(component.get("outputDefinitions", {}).get("artifacts", {}))
        if self.keeps_logs:
            defined["executor-logs"] = {"artifactType": {"schemaTitle": "system.Artifact"}}
        assert not component.get("outputDefinitions", {}).get("parameters"), f"{name}: output parameters"
        outputs = {
            each: {"artifacts": [{"name": each, "uri": f"{task_root}/{each}", "type": given["artifactType"]}]}
            for each, given in defined.items()
        }
        return {
            "inputs": {"parameterValues": parameters, "artifacts": artifacts},
            "outputs": {"artifacts": outputs, "outputFile": f"{task_root}/output_metadata.json"},
        }

    def _launch(self, invocation: Any, container: Any, task: Task, disk: Path, attempt: int) -> bool:
        """What the launcher does in the container: inputs down, the command, outputs up."""
        for listed in invocation["inputs"]["artifacts"].values():
            for artifact in listed["artifacts"]:
                self.store.download(artifact["uri"], _local(artifact["uri"], disk))
        for listed in invocation["outputs"]["artifacts"].values():
            for artifact in listed["artifacts"]:
                _local(artifact["uri"], disk).parent.mkdir(parents=True, exist_ok=True)
        output_file = _local(invocation["outputs"]["outputFile"], disk)
        # The container's folder of each store is one of its disk, which is not the root of this machine's.
        invocation["outputs"]["outputFile"] = str(output_file)
        words = [each.replace("{{$}}", json.dumps(invocation)) for each in container["args"]]
        assert not any("{{$." in each for each in [*container["command"], *container["args"]]), "a placeholder"
        assert container["command"][:2] == ["python", "-m"], container["command"]
        (module,) = container["command"][2:]
        command = [sys.executable, "-W", "ignore", "-m", "tests.support.container_process", str(disk), module, *words]
        with (disk / "log").open("w+") as log:
            environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
            process = subprocess.Popen(command, cwd=disk, env=environment, stdout=log, stderr=log)
            self.watch(task.name, attempt, process)
            status = process.wait()
            log.seek(0)
            task.said += log.read()
        if status:
            task.said += f"\nexit status {status}\n"
            return False
        told = json.loads(output_file.read_text()) if output_file.exists() else {}
        return self._record(invocation, told, task, disk)

    def _record(self, invocation: Any, told: Any, task: Task, disk: Path) -> bool:
        """Uploads what was made, and remembers it as the metadata store does."""
        if self.keeps_logs:
            (log,) = invocation["outputs"]["artifacts"]["executor-logs"]["artifacts"]
            _local(log["uri"], disk).write_text(task.said)
        for name, listed in invocation["outputs"]["artifacts"].items():
            (artifact,) = listed["artifacts"]
            for said in told.get("artifacts", {}).get(name, {}).get("artifacts", [])[:1]:
                artifact["uri"] = said.get("uri") or artifact["uri"]
                artifact.setdefault("metadata", {}).update(said.get("metadata", {}))
            local = _local(artifact["uri"], disk)
            if local.exists():
                self.store.upload(local, artifact["uri"])
            else:
                task.warnings.append(f"{name}: {local} does not exist")
                if self.missing_is_error:
                    task.said += f"\ndeclared output artifact {name} is missing\n"
                    return False
            self._known += 1
            # Whole numbers come back as floats.
            metadata = json.loads(json.dumps(artifact.get("metadata", {})), parse_int=float)
            session = json.dumps({"Provider": artifact["uri"].partition(":")[0], "Params": {"fromEnv": "true"}})
            metadata = {"display_name": name, "store_session_info": session} | metadata
            task.outputs[name] = {"name": str(self._known), "uri": artifact["uri"], "metadata": metadata}
        return True


def _local(address: str, disk: Path) -> Path:
    """The launcher's path of an address, on a container's disk."""
    store, _, rest = address.partition("://")
    return disk / {"gs": "gcs", "minio": "minio", "s3": "s3"}[store] / rest


def _needed(name: str, tasks: Mapping[str, Any]) -> set[str]:
    return {name}.union(*(_needed(each, tasks) for each in tasks[name].get("dependentTasks", [])))


def _in_order(tasks: Mapping[str, Any]) -> list[str]:
    """The names of tasks, each after those that it depends on."""
    order: list[str] = []
    while len(order) < len(tasks):
        ready = [
            name for name in tasks if name not in order and set(tasks[name].get("dependentTasks", [])) <= set(order)
        ]
        assert ready, "the tasks depend on one another in a circle"
        order += ready
    return order


def _fingerprint(invocation: Any, component: Any, container: Any) -> str:
    """What two executions have in common if the second may take what the first made."""
    outputs = {
        name: [{part: each[part] for part in ("name", "type")} for each in listed["artifacts"]]
        for name, listed in invocation["outputs"]["artifacts"].items()
    }
    inputs = {
        name: [each["name"] for each in listed["artifacts"]]
        for name, listed in invocation["inputs"]["artifacts"].items()
    }
    parts = [inputs, invocation["inputs"]["parameterValues"], outputs, container["image"]]
    parts += [container["command"], container["args"]]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def told(tasks: Mapping[str, Task]) -> str:
    """The tasks as a table, and what failed ones said last."""
    rows = [f"{each.name:24} {each.state:10} {each.seconds:6.1f} s" for each in tasks.values()]
    failed = [f"\n{each.name}:\n{each.said[-3000:]}" for each in tasks.values() if each.state == FAILED]
    return "\n".join([*rows, *failed])
