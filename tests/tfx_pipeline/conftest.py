"""One export, and one compiled pipeline, for all tests that look at them: making them takes seconds."""

from pathlib import Path

import pytest

from tests.support import tiny_logs


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    from tests.support.exported_retriever import exported_retriever  # Imports Beam: only tests that ask for it pay.

    return exported_retriever(tmp_path_factory.mktemp("exported"))


@pytest.fixture(scope="session")
def servable(exported):
    from serving.local_server.models.servable import Servable

    loaded = Servable(exported.model_dir)
    yield loaded
    loaded.close()


@pytest.fixture(scope="session")
def kubeflow_file(tmp_path_factory) -> Path:
    from tfx_pipeline.config.pipeline_config import load_config
    from tfx_pipeline.runners import kubeflow_runner  # Imports TFX: many seconds.

    folder = tmp_path_factory.mktemp("kubeflow")
    config = load_config(str(tiny_logs.write(folder)))
    return Path(kubeflow_runner.compile_pipeline(config, output=str(folder / "tiny.yaml"), image="example/tandem:1"))
