import pytest

from tfx_pipeline.config.beam_config import BeamConfig
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config

_CLOUD = {"project": "p", "region": "r", "temp": "gs://b/t", "image": "i"}


@pytest.mark.parametrize(
    ("settings", "placed", "inside"),
    [
        ({}, "loopback", True),
        ({"master": "[local]"}, "loopback", True),
        ({"runner": "spark", "master": "local[3]"}, "loopback", True),
        ({"master": "localhost:8081"}, "process", False),
        # A machine whose name begins as Spark's own cluster does is a machine.
        ({"master": "local-flink:8081", "image": "i"}, "docker", False),
        ({"master": "http://127.0.0.1:8081/"}, "process", False),
        ({"master": "[::1]:8081"}, "process", False),
        ({"runner": "spark", "master": "spark://[::1]:7077"}, "process", False),
        ({"runner": "spark", "master": "spark://far:7077", "image": "i"}, "docker", False),
        ({"master": "far:8081", "workers_as": "process"}, "process", False),
    ],
)
def test_python_runs_where_the_cluster_is(settings, placed, inside):
    config = BeamConfig(**{"runner": "flink", **settings})
    assert (config.places_workers, config.is_inside_job_server) == (placed, inside)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"runner": "samza"},
            "`runner` should be one of direct, multi_processing, flink, spark, dataflow. Received: 's",
        ),
        ({"workers_as": "threads"}, "`workers_as` should be one of auto, loopback, process, worker_pool, docker. Rec"),
        ({"workers": -1}, "workers"),
        ({"retries": -1}, "retries"),
        ({"runner": "spark", "retries": 1}, "is for `runner: flink` .* Received: retries=1; leave it out"),
        (
            {"runner": "flink", "retries": 1, "job_server": "localhost:8099"},
            "that the run starts. Received: retries=1; set Flink's `restart-strategy` where the job server runs",
        ),
        ({"workers": 2}, "has one worker. Received: workers=2. Set `runner: multi_processing`"),
        ({"args": ("runner=x",)}, "`args` should hold options such as `--name=value`. Received: 'runner=x'"),
        ({"runner": "flink", "master": "far"}, "with a port, such as localhost:8081. Received: 'far'"),
        ({"runner": "spark", "master": "far:7077"}, "should begin with spark://. Received: 'far:7077'"),
        ({"runner": "flink", "master": "far:8081"}, "need `image`, .* set `workers_as: process`"),
        ({"runner": "spark", "workers_as": "docker"}, "need `image`"),
        (
            {"runner": "spark", "workers_as": "worker_pool"},
            "needs `worker_pool`, such as localhost:50000. Received: none",
        ),
        *[
            ({"runner": "dataflow", **_CLOUD, name: ""}, f"`runner: dataflow` needs `{name}`, such as ")
            for name in _CLOUD
        ],
        ({"runner": "dataflow", **_CLOUD, "temp": "/tmp"}, r"needs a `temp` in gs://. Received: '/tmp'"),
    ],
)
def test_what_cannot_work_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        BeamConfig(**settings)


def test_the_old_name_of_its_options_says_the_new_one(tmp_path):
    path = tmp_path / "old.yaml"
    path.write_text("data: {events: e.csv}\nbeam_args: [--runner=FlinkRunner]\n")
    with pytest.raises(ConfigError, match=r"old\.yaml: `beam_args` is `beam\.args` now\. Write it there\."):
        load_config(str(path))
