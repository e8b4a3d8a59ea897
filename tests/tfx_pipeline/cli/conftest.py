"""What tests of commands share: two small logs with their configurations, and commands called in this process."""

import pytest

from serving.local_server.port_check import listening
from tests.support import tiny_logs
from tfx_pipeline.cli.main import main


@pytest.fixture
def tandem(capsys):
    """Calls a command, which is to end with `code`, and returns what it printed: `out` and `err`."""

    def call(*arguments, code=0):
        assert main([str(each) for each in arguments]) == code
        return capsys.readouterr()

    return call


@pytest.fixture
def ask(tandem, shop):
    """Calls a command that asks a server about the shop, over REST unless the arguments say gRPC."""

    def call(server, *arguments, code=0):
        address = server.grpc_address if "grpc" in arguments else server.rest_address
        return tandem(*arguments, "--config", shop, "--address", address, code=code)

    return call


@pytest.fixture
def shop(tmp_path):
    """The path of a configuration named `shop`, whose runs go to a folder of the test's own."""
    (tmp_path / "events.csv").write_text(
        "user_id,timestamp_ms,surface,query,session_id,item_id\n"
        "7,1,recommendation,,,b\n"
        "7,2,search,red,s1,c\n"
        "7,3,recommendation,,,a\n"
        "7,4,search,a,s2,d\n"
        "8,1,recommendation,,,a\n"
    )
    (tmp_path / "items.csv").write_text("item_id,title\na,ANT\nb,BEE\nc,CAT\nd,DOG\ne,EMU\n")
    config = tmp_path / "shop.yaml"
    config.write_text(
        f"name: shop\nroot: {tmp_path}/run\ndata:\n  earliest: 1970-01-01\n"
        f"  events: {tmp_path}/events.csv\n  items: {tmp_path}/items.csv\n"
    )
    return config


@pytest.fixture
def tiny(tmp_path):
    """The path of a configuration of a log of 80 users with 16 events each, on 16 days, and 72 items."""
    return str(tiny_logs.write(tmp_path))


@pytest.fixture
def taken_port():
    """A port of loopback that another program listens on."""
    with listening("127.0.0.1", 0, backlog=1) as found:
        yield found.getsockname()[1]
