from tfx_pipeline.runners import launcher_folders


def listed(*addresses):
    return {"artifacts": [{"uri": address, "metadata": {"span": 1.0}} for address in addresses]}


def test_addresses_that_tensorflow_cannot_read_become_the_launchers_folders():
    invocation = {
        "inputs": {
            "artifacts": {
                "examples": listed("minio://bucket/run/examples", "s3://other/e"),
                "model": listed("gs://b/m"),
            },
            "parameterValues": {"text": "minio://bucket/kept"},
        },
        "outputs": {"artifacts": {"findings": listed("minio://bucket/run/findings")}, "outputFile": "/tmp/output.json"},
    }
    launcher_folders.to_local(invocation)
    assert invocation == {
        "inputs": {
            "artifacts": {"examples": listed("/minio/bucket/run/examples", "/s3/other/e"), "model": listed("gs://b/m")},
            "parameterValues": {"text": "minio://bucket/kept"},
        },
        "outputs": {"artifacts": {"findings": listed("/minio/bucket/run/findings")}, "outputFile": "/tmp/output.json"},
    }


def test_what_a_task_made_is_told_by_its_address():
    said = {
        "artifacts": {"findings": listed("/minio/bucket/run/findings"), "model": listed("gs://b/m", "/mnt/minio/m")}
    }
    launcher_folders.to_remote(said)
    assert said == {
        "artifacts": {"findings": listed("minio://bucket/run/findings"), "model": listed("gs://b/m", "/mnt/minio/m")}
    }


def test_a_task_without_artifacts_has_nothing_to_be_told():
    invocation = {"outputs": {"outputFile": "/tmp/output.json"}}
    launcher_folders.to_local(invocation)
    launcher_folders.to_remote({})
    assert invocation == {"outputs": {"outputFile": "/tmp/output.json"}}
