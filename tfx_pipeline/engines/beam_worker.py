"""`tandem-beam-worker`: a Python process that works for Flink or Spark on a machine where Tandem is installed.

The engine starts it for `beam.workers_as: process`, and Beam's worker pool if it is told to (`--container_executable`).
In Beam's images a program named `boot` has this task; the Python package does not bring it. It asks the engine for the
job's options and for the addresses to speak to, and becomes a worker of Beam.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, Final

import grpc
from apache_beam.portability.api import (
    beam_provision_api_pb2,
    beam_provision_api_pb2_grpc,
    beam_runner_api_pb2,
    endpoints_pb2,
)
from apache_beam.runners.worker import sdk_worker_main
from google.protobuf import json_format, text_format

FOLDER: Final = "TANDEM_FOLDER"
"""The environment variable with the folder of the run, from which relative paths are taken."""

_NOT_STAGED: Final = ("pickled_main_session", "requirements.txt", "extra_packages.txt", "workflow.tar.gz")
"""What a job would have its workers install or load. This worker has an environment already, and nothing is put in."""
_ANSWERS_IN_S: Final = 60


def main() -> None:
    """Works until the engine lets go."""
    arguments = _parsed(sys.argv[1:])
    told = provision(arguments.provision_endpoint, arguments.id)
    os.environ.update(environment(told, arguments))
    if os.path.isdir(folder := os.environ.get(FOLDER, "")):
        os.chdir(folder)
    sdk_worker_main.main([])


def provision(address: str, worker: str) -> Any:
    """Asks the engine for a worker's job, a `ProvisionInfo`.

    Args:
        address: Where the engine answers.
        worker: The worker's id.
    """
    with grpc.insecure_channel(address) as channel:
        service = beam_provision_api_pb2_grpc.ProvisionServiceStub(channel)
        asked = beam_provision_api_pb2.GetProvisionInfoRequest()
        return service.GetProvisionInfo(asked, timeout=_ANSWERS_IN_S, metadata=[("worker_id", worker)]).info


def environment(told: Any, arguments: argparse.Namespace) -> dict[str, str]:
    """The variables by which Beam's worker knows its job.

    Args:
        told: The engine's `ProvisionInfo`. Its addresses win over those of the arguments.
        arguments: `id`, and addresses from engines that tell them so.

    Raises:
        ValueError: The job wants something installed first.
    """
    staged = [_name(each) for each in told.dependencies]
    if unwanted := [each for each in staged if each in _NOT_STAGED]:
        raise ValueError(
            f"the job stages {', '.join(unwanted)}, which this worker does not install: it runs in the environment "
            "that it was started in. Take --save_main_session, --requirements_file and --extra_package out of "
            "`beam.args`."
        )
    variables = {
        "WORKER_ID": arguments.id,
        "PIPELINE_OPTIONS": json_format.MessageToJson(told.pipeline_options),
        "RUNNER_CAPABILITIES": " ".join(told.runner_capabilities),
    }
    for variable, endpoint, address in (
        ("LOGGING_API_SERVICE_DESCRIPTOR", told.logging_endpoint, arguments.logging_endpoint),
        ("CONTROL_API_SERVICE_DESCRIPTOR", told.control_endpoint, arguments.control_endpoint),
        ("STATUS_API_SERVICE_DESCRIPTOR", told.status_endpoint, ""),
    ):
        if url := endpoint.url or address:
            variables[variable] = text_format.MessageToString(endpoints_pb2.ApiServiceDescriptor(url=url))
    return variables


def _name(dependency: Any) -> str:
    """The name under which an artifact is staged."""
    return beam_runner_api_pb2.ArtifactStagingToRolePayload.FromString(dependency.role_payload).staged_name


def _parsed(said: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tandem-beam-worker", description="A worker of Beam, started by an engine.")
    parser.add_argument("--id", required=True, help="the worker's id")
    parser.add_argument("--provision_endpoint", required=True, metavar="ADDRESS", help="who tells of the job")
    parser.add_argument("--control_endpoint", default="", metavar="ADDRESS", help="who gives work")
    parser.add_argument("--logging_endpoint", default="", metavar="ADDRESS", help="who takes log lines")
    parser.add_argument("--artifact_endpoint", default="", metavar="ADDRESS", help="not used")
    return parser.parse_known_args(said)[0]


if __name__ == "__main__":
    main()
