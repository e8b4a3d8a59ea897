"""`tandem explore`, started as people start it."""

import os
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from serving.local_server.child_process import child_process, first_line_with
from tfx_pipeline.cli.main import main

START = "Explore at "


def test_serves_the_page_of_a_configuration_until_interrupted(shop, rank_server):
    command = [sys.executable, "-W", "ignore", "-m", "tfx_pipeline.cli.main", "explore", "--port", "0"]
    command += ["--config", str(shop), "--address", rank_server.rest_address]
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
            assert best["items"] == [{"item_id": "e", "title": "EMU", "score": 2.0}]
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(20) == 0


def test_says_how_to_start_a_model_server(shop, tmp_path, monkeypatch, capsys):
    """In this process, with a page that is asked once instead of being served."""
    from starlette.testclient import TestClient

    answers, opened = [], []

    def ask(server, sockets):
        page = TestClient(server.config.app, base_url="http://127.0.0.1")
        answers.append(page.post("/api/best", json={"surface": "recommendation", "user": "7"}))
        raise KeyboardInterrupt

    monkeypatch.setattr("uvicorn.Server.run", ask)
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or False)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        assert main(["explore", "--port", "0", "--open", "--config", str(shop), "--address", address]) == 0
    (answer,) = answers
    assert answer.status_code == 503
    assert answer.json()["error"] == (
        f"No model server answers at {address}. Start one with `tandem serve`. "
        f"Nothing is pushed to {tmp_path}/run/pushed/shop yet: run `tandem run` first."
    )
    printed = capsys.readouterr()
    assert printed.out == f"Explore at {opened[0]} (Ctrl-C ends it)\n"
    assert printed.err == "tandem explore: this machine has no browser to open.\n"


def test_a_port_that_is_taken(shop, capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["explore", "--config", str(shop), "--port", str(port)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"tandem explore: port {port} on 127.0.0.1 is taken by another program. ")
    assert error.endswith("Choose another with --port; 0 takes a free one.\n")


@pytest.mark.parametrize("port", ["65536", "-1", "x"])
def test_what_is_no_port(shop, port, capsys):
    assert main(["explore", "--config", str(shop), "--port", port]) == 2
    assert f"argument --port: should be a whole number from 0 to 65535, not '{port}'" in capsys.readouterr().err


def test_a_missing_log(shop, tmp_path, capsys):
    (tmp_path / "events.csv").unlink()
    assert main(["explore", "--config", str(shop)]) == 1
    assert "tandem explore: " in capsys.readouterr().err


def test_a_model_of_one_surface(shop, monkeypatch):
    from starlette.testclient import TestClient

    served = []

    def ask(server, sockets):
        page = TestClient(server.config.app, base_url="http://127.0.0.1")
        served.extend(each["surface"] for each in page.get("/api/start").json()["surfaces"])

    monkeypatch.setattr("uvicorn.Server.run", ask)
    assert main(["explore", "--port", "0", "--config", str(shop), "--set", "train.surfaces=[search]"]) == 0
    assert served == ["search"]
