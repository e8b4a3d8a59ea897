"""Two exports, and one compiled pipeline, for all tests that look at them: making them takes seconds."""

import contextlib
from pathlib import Path

import pytest

from tests.support import tiny_logs


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    from tests.support.exported_retriever import exported_retriever  # Imports Beam: only tests that ask for it pay.

    return exported_retriever(tmp_path_factory.mktemp("exported"))


@pytest.fixture(scope="session")
def exported_unisar(exported, tmp_path_factory):
    from tests.support.exported_retriever import exported_unisar

    return exported_unisar(tmp_path_factory.mktemp("unisar"), exported.transform_output)


@pytest.fixture(scope="session")
def servable(exported):
    with _loaded(exported) as servable:
        yield servable


@pytest.fixture(scope="session")
def unisar(exported_unisar):
    with _loaded(exported_unisar) as servable:
        yield servable


def _loaded(export):
    from serving.local_server.models.servable import Servable

    return contextlib.closing(Servable(export.model_dir))


@pytest.fixture(scope="session")
def kubeflow_file(tmp_path_factory) -> Path:
    from tfx_pipeline.config.pipeline_config import load_config
    from tfx_pipeline.kubeflow import kubeflow_runner  # Imports TFX: many seconds.

    folder = tmp_path_factory.mktemp("kubeflow")
    config = load_config(str(tiny_logs.write(folder)), ["evaluation.must_beat_baselines=true"])
    return Path(kubeflow_runner.compile_pipeline(config, output=str(folder / "tiny.yaml"), image="example/tandem:1"))
