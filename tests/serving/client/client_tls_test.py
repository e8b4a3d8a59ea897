"""TLS of both clients, over both protocols."""

import asyncio
import http.server
import json
import ssl
import threading

import pytest

from serving.client.async_client import AsyncRankingClient
from serving.client.call import CallError
from serving.client.client_tls import ClientTls
from serving.client.ranking_client import RankingClient, WireProtocol
from serving.client.retry import RetryPolicy
from serving.client.transport import VersionState
from serving.local_server.server import LocalServer, ServerConfig

ONCE = RetryPolicy(attempts=1)


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
    with LocalServer(
        ServerConfig("shop", str(rank_model), port=0, rest_api_port=0, ssl_config_file=str(file))
    ) as server:
        assert server.model.wait_until_settled() is None
        yield server.grpc_address


@pytest.fixture(scope="module")
def rest_address(certificates):
    """What stands in front of a model server, and tells of version 7."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps({"model_version_status": [{"version": "7", "state": "AVAILABLE"}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    (key, cert), (_, client_cert) = certificates["server"], certificates["client"]
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=client_cert)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(cert, key)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *arguments: None
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=list(WireProtocol))
def server(request, grpc_address, rest_address):
    return (rest_address if request.param is WireProtocol.REST else grpc_address), request.param


def told(address, protocol, tls):
    with RankingClient(address, "shop", protocol, timeout_s=30, retry=ONCE, tls=tls) as client:
        return client.version_states()


async def told_later(address, protocol, tls):
    async with AsyncRankingClient(address, "shop", protocol, timeout_s=30, retry=ONCE, tls=tls) as client:
        return await client.version_states()


def test_both_sides_show_certificates(server, tls):
    assert told(*server, tls) == [VersionState(7, "AVAILABLE")]
    assert asyncio.run(told_later(*server, tls)) == [VersionState(7, "AVAILABLE")]


@pytest.mark.parametrize("shown", [None, "server's", "nobody's"])
def test_whoever_is_not_trusted_is_unavailable(server, tls, shown):
    tls = {None: None, "server's": ClientTls(tls.ca), "nobody's": ClientTls(tls.certificate)}[shown]
    with pytest.raises(CallError) as caught:
        told(*server, tls)
    assert caught.value.code == "UNAVAILABLE"


def test_half_a_pair():
    with pytest.raises(ValueError, match="go together. Received: certificate='c', key=''"):
        ClientTls(certificate="c")
