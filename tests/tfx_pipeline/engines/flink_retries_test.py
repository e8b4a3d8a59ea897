import os
from pathlib import Path

import pytest
import yaml
from apache_beam.options.pipeline_options import PipelineOptions

from tfx_pipeline.config.beam_config import BeamConfig
from tfx_pipeline.engines.beam_options import for_executors
from tfx_pipeline.engines.flink_retries import RetryingJobServer, write_configuration


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    monkeypatch.delenv("FLINK_CONF_DIR", raising=False)


def test_the_job_server_reads_how_many_losses_a_job_outlives(tmp_path):
    jar = tmp_path / "a.jar"
    jar.touch()
    config = BeamConfig("flink", "localhost:8081", workers_as="process", job_server_jar=str(jar), retries=3)
    server = RetryingJobServer(PipelineOptions(for_executors(config)))
    command, _ = server.subprocess_cmd_and_endpoint()
    folder = Path(command[command.index("--flink-conf-dir") + 1])
    # Each loss may count twenty times.
    assert "restart-strategy.fixed-delay.attempts: 60" in (folder / "flink-conf.yaml").read_text().splitlines()


@pytest.mark.parametrize(
    ("name", "kind"), [("flink-conf.yaml", "restart-strategy"), ("config.yaml", "restart-strategy.type")]
)
def test_each_flink_finds_its_file(name, kind, tmp_path):
    write_configuration(str(tmp_path), 2)
    assert yaml.safe_load((tmp_path / name).read_text()) == {
        kind: "fixed-delay",
        "restart-strategy.fixed-delay.attempts": 40,
        # Longer than Flink takes to give a task manager up, which is 50 s.
        "restart-strategy.fixed-delay.delay": "60 s",
    }


def test_what_is_set_already_stays(tmp_path, monkeypatch):
    own, folder = tmp_path / "own", tmp_path / "new"
    own.mkdir()
    (own / "flink-conf.yaml").write_text("security.ssl.enabled: true")
    (own / "keys").write_text("a key")
    os.chmod(own / "flink-conf.yaml", 0o444)
    monkeypatch.setenv("FLINK_CONF_DIR", str(own))
    folder.mkdir()
    write_configuration(str(folder), 1)
    assert (own / "flink-conf.yaml").read_text() == "security.ssl.enabled: true"
    assert sorted(path.name for path in folder.iterdir()) == ["flink-conf.yaml", "keys"]
    assert yaml.safe_load((folder / "flink-conf.yaml").read_text())["security.ssl.enabled"] is True
    assert yaml.safe_load((folder / "flink-conf.yaml").read_text())["restart-strategy"] == "fixed-delay"
