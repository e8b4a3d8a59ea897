import copy

import pytest

from tfx_pipeline.kubeflow import launcher_folders

IN_PROCESS = ["--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner", "--direct_num_workers=1"]


def listed(*addresses):
    return {"artifacts": [{"uri": address, "metadata": {"span": 1.0}} for address in addresses]}


def told(examples, other, model, findings):
    """What a task is told: addresses in several stores, and a text that is no address."""
    return {
        "inputs": {
            "artifacts": {"examples": listed(examples, other), "model": listed(model)},
            "parameterValues": {"text": "minio://bucket/kept"},
        },
        "outputs": {"artifacts": {"findings": listed(findings)}, "outputFile": "/tmp/output.json"},
    }


def test_addresses_become_the_launchers_folders_and_what_a_task_made_is_told_by_its_address():
    invocation = told("minio://bucket/run/examples", "s3://other/e", "gs://b/m", "minio://bucket/run/findings")
    by_address = copy.deepcopy(invocation)
    launcher_folders.to_local(invocation, launcher_folders.of(IN_PROCESS))
    assert invocation == told("/minio/bucket/run/examples", "/s3/other/e", "/gcs/b/m", "/minio/bucket/run/findings")
    launcher_folders.to_remote(invocation["outputs"])
    assert invocation["outputs"] == by_address["outputs"]


@pytest.mark.parametrize("runner", ["DataflowRunner", "FlinkRunner", "PortableRunner"])
def test_what_workers_on_other_machines_can_read_keeps_its_address(runner):
    invocation = told("gs://bucket/run/examples", "s3://other/e", "gs://b/m", "gs://bucket/run/findings")
    # The option that stands last counts.
    launcher_folders.to_local(invocation, launcher_folders.of([*IN_PROCESS, f"--runner={runner}"]))
    assert invocation == told("gs://bucket/run/examples", "/s3/other/e", "gs://b/m", "gs://bucket/run/findings")


def test_the_launcher_finds_a_folder_for_each_output_even_if_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(launcher_folders, "FOLDERS", {"minio://": f"{tmp_path}/minio/", "gs://": f"{tmp_path}/gcs/"})
    launcher_folders.make_outputs(told("minio://b/e", "minio://b/o", "gs://b/m", "gs://bucket/run/findings"))
    assert (tmp_path / "gcs" / "bucket" / "run" / "findings").is_dir()
    assert not (tmp_path / "minio").exists()  # Inputs are the launcher's.


def test_what_does_not_lie_in_such_a_folder_and_no_artifacts_at_all_are_left_alone():
    for said in ({"artifacts": {"model": listed("hdfs://b/m", "/mnt/minio/m")}}, {"outputs": {"outputFile": "/o"}}, {}):
        before = copy.deepcopy(said)
        launcher_folders.to_local(said, launcher_folders.FOLDERS)
        launcher_folders.to_remote(said)
        launcher_folders.make_outputs(said)
        assert said == before
