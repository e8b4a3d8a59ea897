import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from serving.explore.host_check import HostCheck

OWN = ["127.0.0.1", "127.0.0.1:8600", "LOCALHOST:8600", "[::1]:8600", "192.168.0.5:80", "shop.example:8600"]
FOREIGN = ["evil.example", "evil.example:8600", "127.0.0.1.evil.example", "", "[::1.evil]", "[x"]


@pytest.mark.parametrize(
    ("names", "answer"), [(OWN, (200, "welcome")), (FOREIGN, (421, "This server does not go by that name.\n"))]
)
def test_addresses_and_names_of_its_own_are_let_pass_and_foreign_ones_refused(names, answer):
    client = TestClient(HostCheck(PlainTextResponse("welcome"), "Shop.example"))
    answers = {name: client.get("/", headers={"Host": name}) for name in names}
    assert {name: (each.status_code, each.text) for name, each in answers.items()} == dict.fromkeys(names, answer)
