"""TLS of both clients, over both protocols."""

import json
import ssl

import pytest

from serving.client.call import CallError
from serving.client.client_tls import ClientTls
from serving.client.ranking_client import WireProtocol
from serving.client.retry import RetryPolicy
from serving.client.transport import VersionState
from serving.local_server.server import LocalServer, ServerConfig

STATUS = b'{"model_version_status": [{"version": "7", "state": "AVAILABLE"}]}'


@pytest.fixture(scope="module")
def tls(certificates):
    """Of a client that the servers trust, and that trusts them."""
    (_, server_cert), (key, cert) = certificates["server"], certificates["client"]
    return ClientTls(str(server_cert), str(cert), str(key))


@pytest.fixture(scope="module")
def grpc_address(certificates, rank_model, tmp_path_factory):
    (key, cert), (_, client_cert) = certificates["server"], certificates["client"]
    texts = {"server_key": key, "server_cert": cert, "custom_ca": client_cert}
    lines = [f"{name}: {json.dumps(path.read_text(encoding='ascii'))}" for name, path in texts.items()]
    file = tmp_path_factory.mktemp("config") / "tls.config"
    file.write_text("\n".join([*lines, "client_verify: true"]), encoding="utf-8")
    config = ServerConfig("shop", str(rank_model), port=0, rest_api_port=0, ssl_config_file=str(file))
    with LocalServer(config) as server:
        assert server.model.wait_until_settled() is None
        yield server.grpc_address


@pytest.fixture(scope="module")
def rest_address(certificates, played_rest):
    """What stands in front of a model server, and tells of version 7."""
    (key, cert), (_, client_cert) = certificates["server"], certificates["client"]
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=client_cert)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(cert, key)
    with played_rest((200, STATUS), tls=context) as server:
        yield server.address


@pytest.fixture
def address(way, grpc_address, rest_address):
    return rest_address if way.protocol is WireProtocol.REST else grpc_address


def test_both_sides_show_certificates(way, address, tls):
    with way.client(address, tls=tls) as client:
        assert client.version_states() == [VersionState(7, "AVAILABLE")]


@pytest.mark.parametrize("shown", [None, "server's", "nobody's"])
def test_whoever_is_not_trusted_is_unavailable(way, address, tls, shown):
    tls = {None: None, "server's": ClientTls(tls.ca), "nobody's": ClientTls(tls.certificate)}[shown]
    with way.client(address, retry=RetryPolicy(attempts=1), tls=tls) as client, pytest.raises(CallError) as caught:
        client.version_states()
    assert caught.value.code == "UNAVAILABLE"


def test_half_a_pair():
    with pytest.raises(ValueError, match="go together. Received: certificate='c', key=''"):
        ClientTls(certificate="c")
