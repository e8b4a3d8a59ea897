"""One export for all tests that look at it: making it takes seconds."""

import pytest


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    from tests.support.exported_retriever import exported_retriever  # Imports Beam: only tests that ask for it pay.

    return exported_retriever(tmp_path_factory.mktemp("exported"))


@pytest.fixture(scope="session")
def servable(exported):
    from serving.local_server.servable import Servable

    loaded = Servable(exported.model_dir)
    yield loaded
    loaded.close()
