import argparse
import os
from concurrent import futures

import grpc
import pytest
from apache_beam.portability import common_urns
from apache_beam.portability.api import (
    beam_provision_api_pb2,
    beam_provision_api_pb2_grpc,
    beam_runner_api_pb2,
    endpoints_pb2,
)
from google.protobuf import text_format

from tfx_pipeline.engines import beam_worker


def told(**fields):
    info = beam_provision_api_pb2.ProvisionInfo(runner_capabilities=["a", "b"], **fields)
    info.pipeline_options["beam:option:parallelism:v1"] = "2"
    return info


def arguments(control="", logging=""):
    return argparse.Namespace(id="1-1", control_endpoint=control, logging_endpoint=logging)


def url(descriptor):
    return text_format.Parse(descriptor, endpoints_pb2.ApiServiceDescriptor()).url


def at(address):
    return endpoints_pb2.ApiServiceDescriptor(url=address)


def test_beams_worker_understands_its_job():
    from apache_beam.runners.worker import sdk_worker_main

    variables = beam_worker.environment(told(control_endpoint=at("c:1"), logging_endpoint=at("l:2")), arguments())
    assert sdk_worker_main._load_pipeline_options(variables["PIPELINE_OPTIONS"]) == {"parallelism": "2"}
    assert (variables["WORKER_ID"], variables["RUNNER_CAPABILITIES"]) == ("1-1", "a b")
    assert url(variables["CONTROL_API_SERVICE_DESCRIPTOR"]) == "c:1"
    assert url(variables["LOGGING_API_SERVICE_DESCRIPTOR"]) == "l:2"
    assert "STATUS_API_SERVICE_DESCRIPTOR" not in variables


def test_what_the_engine_tells_wins_over_the_arguments():
    variables = beam_worker.environment(told(control_endpoint=at("c:1")), arguments("c:9", "l:9"))
    assert url(variables["CONTROL_API_SERVICE_DESCRIPTOR"]) == "c:1"
    assert url(variables["LOGGING_API_SERVICE_DESCRIPTOR"]) == "l:9"


def test_a_job_that_wants_something_installed_is_refused():
    def staged(name):
        payload = beam_runner_api_pb2.ArtifactStagingToRolePayload(staged_name=name)
        return beam_runner_api_pb2.ArtifactInformation(
            role_urn=common_urns.artifact_roles.STAGING_TO.urn, role_payload=payload.SerializeToString()
        )

    listed = staged("submission_environment_dependencies.txt")  # Beam's list of packages: for people.
    assert beam_worker.environment(told(dependencies=[listed]), arguments())
    with pytest.raises(ValueError, match="stages pickled_main_session, which this worker does not install"):
        beam_worker.environment(told(dependencies=[listed, staged("pickled_main_session")]), arguments())


def test_the_engine_is_asked_by_the_workers_id(monkeypatch, tmp_path):
    class Provision(beam_provision_api_pb2_grpc.ProvisionServiceServicer):
        def GetProvisionInfo(self, request, context):
            assert dict(context.invocation_metadata())["worker_id"] == "7-2"
            return beam_provision_api_pb2.GetProvisionInfoResponse(info=told(control_endpoint=at("c:1")))

    server = grpc.server(futures.ThreadPoolExecutor(1))
    beam_provision_api_pb2_grpc.add_ProvisionServiceServicer_to_server(Provision(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    seen = []
    before = os.getcwd()
    monkeypatch.setattr(os, "environ", {**os.environ, beam_worker.FOLDER: str(tmp_path)})
    monkeypatch.setattr(beam_worker.sys, "argv", ["w", "--id=7-2", f"--provision_endpoint=127.0.0.1:{port}", "--new=1"])
    monkeypatch.setattr(
        beam_worker.sdk_worker_main, "main", lambda _: seen.append((os.getcwd(), os.environ["WORKER_ID"]))
    )
    try:
        beam_worker.main()
    finally:
        os.chdir(before)
        server.stop(None)
    assert seen == [(str(tmp_path), "7-2")]
