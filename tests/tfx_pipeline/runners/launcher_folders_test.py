import copy

from tfx_pipeline.runners import launcher_folders


def listed(*addresses):
    return {"artifacts": [{"uri": address, "metadata": {"span": 1.0}} for address in addresses]}


def told(examples, other, findings):
    """What a task is told: addresses that TensorFlow cannot read, one that it can, and a text that is no address."""
    return {
        "inputs": {
            "artifacts": {"examples": listed(examples, other), "model": listed("gs://b/m")},
            "parameterValues": {"text": "minio://bucket/kept"},
        },
        "outputs": {"artifacts": {"findings": listed(findings)}, "outputFile": "/tmp/output.json"},
    }


def test_addresses_become_the_launchers_folders_and_what_a_task_made_is_told_by_its_address():
    invocation = told("minio://bucket/run/examples", "s3://other/e", "minio://bucket/run/findings")
    by_address = copy.deepcopy(invocation)
    launcher_folders.to_local(invocation)
    assert invocation == told("/minio/bucket/run/examples", "/s3/other/e", "/minio/bucket/run/findings")
    launcher_folders.to_remote(invocation["outputs"])
    assert invocation["outputs"] == by_address["outputs"]


def test_what_does_not_lie_in_such_a_folder_and_no_artifacts_at_all_are_left_alone():
    for said in ({"artifacts": {"model": listed("gs://b/m", "/mnt/minio/m")}}, {"outputs": {"outputFile": "/o"}}, {}):
        before = copy.deepcopy(said)
        launcher_folders.to_local(said)
        launcher_folders.to_remote(said)
        assert said == before
