import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from serving.explore.host_check import HostCheck


def client(host="127.0.0.1"):
    return TestClient(HostCheck(PlainTextResponse("welcome"), host))


@pytest.mark.parametrize("name", ["127.0.0.1", "127.0.0.1:8600", "LOCALHOST:8600", "[::1]:8600", "192.168.0.5:80"])
def test_addresses_and_localhost_are_let_pass(name):
    assert client().get("/", headers={"Host": name}).text == "welcome"


@pytest.mark.parametrize(
    "name", ["evil.example", "evil.example:8600", "127.0.0.1.evil.example", "", "[::1.evil]", "[x"]
)
def test_foreign_names_are_refused(name):
    answer = client().get("/", headers={"Host": name})
    assert (answer.status_code, answer.text) == (421, "This server does not go by that name.\n")


def test_the_name_that_it_listens_on_is_its_own():
    assert client("Shop.example").get("/", headers={"Host": "shop.example:8600"}).text == "welcome"
