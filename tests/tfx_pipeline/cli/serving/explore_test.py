"""`tandem explore`, started as people start it."""

import os
import signal
import socket
import subprocess

import httpx
import pytest

from serving.local_server.child_process import child_process, first_line_with
from tests.support.own_process import TANDEM

START = "Explore at "


def test_serves_the_page_of_a_configuration_until_interrupted(shop, rank_server):
    command = [*TANDEM, "explore", "--port", "0", "--config", str(shop), "--address", rank_server.rest_address]
    command += ["--set", "data.search_history=1"]
    with child_process(command, stdout=subprocess.PIPE) as process:
        address = first_line_with(process.stdout, START).removeprefix(START).split()[0]
        assert address.startswith("http://127.0.0.1:")
        with httpx.Client(base_url=address, trust_env=False) as client:
            assert "<title>Tandem: explore</title>" in client.get("/").text
            assert client.get("/page/main.js").is_success
            assert {each["model"] for each in client.get("/api/start").json()["surfaces"]} == {"shop"}
            told = client.get("/api/history?user=7").json()
            assert ([each["time"] for each in told["history"]], told["untold"]) == ([1, 3, 4], 1)
            best = client.post("/api/best", json={"surface": "search", "user": "8", "query": "e", "k": 1}).json()
            assert best["items"] == [{"item_id": "e", "title": "EMU", "score": 2.0, "parts": [["EMU", False]]}]
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(20) == 0


@pytest.fixture
def asked(monkeypatch, shop, tandem):
    """Asks the page one thing in this process, instead of serving it: the answer, and what the command printed."""
    from starlette.testclient import TestClient

    def call(request, *arguments):
        answers = []

        def ask(server, sockets):
            answers.append(request(TestClient(server.config.app, base_url="http://127.0.0.1")))
            raise KeyboardInterrupt

        monkeypatch.setattr("uvicorn.Server.run", ask)
        printed = tandem("explore", "--port", "0", "--config", shop, *arguments)
        return answers[0], printed

    return call


def test_says_how_to_start_a_model_server(asked, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or False)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        best = {"surface": "recommendation", "user": "7"}
        answer, printed = asked(lambda page: page.post("/api/best", json=best), "--open", "--address", address)
    assert answer.status_code == 503
    assert answer.json()["error"] == (
        f"No model server answers at {address}. Start one with `tandem serve`. "
        f"Nothing is pushed to {tmp_path}/run/pushed/shop yet: run `tandem run` first."
    )
    assert printed.out == f"Explore at {opened[0]} (Ctrl-C ends it)\n"
    assert printed.err == "tandem explore: this machine has no browser to open.\n"


def test_a_model_of_one_surface(asked):
    answer, _ = asked(lambda page: page.get("/api/start"), "--set", "train.surfaces=[search]")
    assert [each["surface"] for each in answer.json()["surfaces"]] == ["search"]


def test_a_log_of_one_surface(asked, shop):
    header, *rows = (shop.parent / "events.csv").read_text().splitlines()
    (shop.parent / "events.csv").write_text("\n".join([header, *(row for row in rows if "search" not in row)]) + "\n")
    why = "The log has no search event with an engagement, so no model has learned it."
    answer, printed = asked(lambda page: page.get("/api/start"))
    assert [each["surface"] for each in answer.json()["surfaces"]] == ["recommendation"]
    assert answer.json()["absent"] == {"search": why}
    assert printed.err == f"tandem explore: {why}\n"
    searched = {"surface": "search", "user": "7", "query": "red", "k": 1}
    refused, _ = asked(lambda page: page.post("/api/best", json=searched))
    assert (refused.status_code, refused.json()["error"]) == (400, why.rstrip("."))
