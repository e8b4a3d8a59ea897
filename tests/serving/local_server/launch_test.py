"""Settings from a command line; `components/servability_gate/executor_test.py` runs it in a process of its own."""

import os
import threading

import pytest

from serving.local_server import launch as subject
from serving.local_server.server_config import ServerConfig
from serving.local_server.stop_signals import stop_signals


@pytest.fixture
def served(monkeypatch):
    configs = []
    monkeypatch.setattr("serving.local_server.server.serve_until_stopped", configs.append)
    return configs


def test_every_setting_can_be_given(served):
    given = ["--model_name=shop", "--port", "0", "--drain_seconds", "0.5", "--enable_model_warmup=false"]
    assert subject.main(given) == 0
    assert subject.main([]) == 0
    assert served == [ServerConfig("shop", port=0, drain_seconds=0.5, enable_model_warmup=False), ServerConfig()]


def test_truth_is_true_or_false(served, capsys):
    with pytest.raises(SystemExit) as caught:
        subject.main(["--enable_batching=yes"])
    assert caught.value.code == 2 and "yes is neither true nor false" in capsys.readouterr().err


def test_what_keeps_it_from_starting_is_told(monkeypatch, capsys):
    def fail(config):
        raise OSError("Cannot listen on 127.0.0.1:1: taken")

    monkeypatch.setattr("serving.local_server.server.serve_until_stopped", fail)
    assert subject.main([]) == 1
    assert capsys.readouterr().err == "The server cannot start: Cannot listen on 127.0.0.1:1: taken\n"


def test_it_ends_when_its_input_does(monkeypatch):
    reading, writing = os.pipe()
    came = []

    def serve(config):
        with stop_signals() as wait:
            threading.Timer(0.1, lambda: (came.append("the end"), os.close(writing))).start()
            wait()
            came.append("the signal")

    monkeypatch.setattr("serving.local_server.server.serve_until_stopped", serve)
    with open(reading, encoding="utf-8") as stream:
        monkeypatch.setattr(subject.sys, "stdin", stream)
        assert subject.main(["--until_input_ends"]) == 0
    assert came == ["the end", "the signal"]
