"""Fixtures of model servers that all tests share. They are started once, on free ports (see `tests/conftest.py`)."""

import shutil
import subprocess

import pytest

from schemas import signatures


def _served(base_path, name="shop"):
    """Runs a server of the only version below a base path, and waits until it is available."""
    from tests.support.local_servers import free_ports, serving

    config = free_ports(name, base_path, file_system_poll_wait_seconds=1)
    return serving(config, *(int(folder.name) for folder in base_path.iterdir()))


@pytest.fixture(scope="session")
def half_plus_two(tmp_path_factory):
    """The folder of a saved half_plus_two, to load or copy."""
    from tests.support.saved_models import save_half_plus

    path = tmp_path_factory.mktemp("models") / "half_plus_two"
    save_half_plus(path)
    return path


@pytest.fixture(scope="session")
def rank_model(tmp_path_factory):
    """A base path with version 7 of a model that ranks."""
    from tests.support.saved_models import save_rank_model

    base_path = tmp_path_factory.mktemp("rank_model")
    save_rank_model(base_path / "7")
    return base_path


@pytest.fixture(scope="session")
def rank_server(rank_model):
    """A server of `rank_model` under the name `shop`."""
    with _served(rank_model) as server:
        yield server


@pytest.fixture(scope="session")
def retrieval_server(tmp_path_factory):
    """A server, also named `shop`, of a model that ranks, retrieves, gives vectors and divides histories."""
    from tests.support.retrieval_models import priors_by_letters, save_retrieval_model
    from tests.support.session_models import sessions_in_halves
    from tests.support.vector_models import vector_signatures

    base_path = tmp_path_factory.mktemp("retrieval")
    catalogue = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0, "é": 5.0}
    further = {
        signatures.SESSIONS: sessions_in_halves(),
        signatures.ITEM_PRIOR: priors_by_letters(),
        **vector_signatures(catalogue),
    }
    save_retrieval_model(base_path / "7", catalogue, further=further)
    with _served(base_path) as server:
        yield server


@pytest.fixture(scope="session")
def source_server(tmp_path_factory):
    """A server, also named `shop`, of a model that retrieves and tells from which source each item comes."""
    from tests.support.retrieval_models import save_retrieval_model

    base_path = tmp_path_factory.mktemp("sources")
    save_retrieval_model(base_path / "7", {"a": 1.0, "b": 2.0}, sources={"a": "words", "b": "vectors"})
    with _served(base_path) as server:
        yield server


@pytest.fixture(scope="session")
def explaining_server(tmp_path_factory):
    """A server, also named `shop`, of a model that explains its scores."""
    from tests.support.explained_models import save_explaining_model

    base_path = tmp_path_factory.mktemp("explaining")
    save_explaining_model(base_path / "7")
    with _served(base_path) as server:
        yield server


@pytest.fixture(scope="session")
def half_plus_two_server(half_plus_two, tmp_path_factory):
    """A server of `half_plus_two` as version 123 of the model `half`."""
    base_path = tmp_path_factory.mktemp("half")
    shutil.copytree(half_plus_two, base_path / "00000123")
    with _served(base_path, "half") as server:
        yield server


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """The files of the key and the self-signed certificate of a server and of a client."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    pairs = {}
    for name in ("server", "client"):
        key, cert = folder / f"{name}.key", folder / f"{name}.pem"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-keyout", str(key), "-out", str(cert), "-subj", f"/CN={name}", "-days", "2"]
        subprocess.run([*command, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        pairs[name] = key, cert
    return pairs
