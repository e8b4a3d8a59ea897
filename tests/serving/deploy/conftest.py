import time

import pytest


@pytest.fixture(scope="session")
def server_without_a_version(tmp_path_factory):
    """A server that knows the model `shop`, and could load none of its versions."""
    from tests.support.local_servers import free_ports, rest_client, serving

    base_path = tmp_path_factory.mktemp("broken")
    (base_path / "7").mkdir()
    (base_path / "7" / "saved_model.pb").write_text("no model")
    with serving(free_ports("shop", base_path, max_num_load_retries=0)) as server, rest_client(server) as client:
        while client.get("/v1/models/shop").status_code != 200:
            time.sleep(0.05)
        yield server
