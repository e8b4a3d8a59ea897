"""Connections to a server without a model. What hostile clients do to one: `hostile_input_test.py`."""

import socket
import threading
import time

import pytest

from serving.local_server.models.model_manager import ModelManager
from serving.local_server.rest.http_connection import patient_connection
from tests.support.local_servers import free_ports, serving, spoken

SECONDS = 0.3
REQUEST = b"GET /v1/models/m HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(free_ports("m", tmp_path_factory.mktemp("empty"), rest_api_receive_seconds=SECONDS)) as server:
        yield server


@pytest.fixture
def connection(server):
    with socket.create_connection(("127.0.0.1", server.rest_api_port), timeout=30) as connection:
        yield connection


def answered(connection):
    """Whether what the server says to the end of its JSON is the answer to `REQUEST`."""
    answer = b""
    while not answer.endswith(b"}"):
        answer += connection.recv(2**16)
    return answer.startswith(b"HTTP/1.1 404 ")


def test_a_connection_is_used_again_until_it_is_idle(connection):
    for _ in range(2):
        connection.sendall(REQUEST)
        assert answered(connection)
    begin = time.monotonic()
    assert spoken(connection) == b""
    assert time.monotonic() - begin > SECONDS / 2


def test_requests_sent_together_are_answered_one_after_the_other(connection):
    connection.sendall(2 * REQUEST)
    assert spoken(connection).count(b"HTTP/1.1 404 ") == 2


def test_each_request_has_its_time(connection):
    """A byte now and then is not enough."""
    connection.sendall(REQUEST)
    assert answered(connection)
    for _ in range(2):
        time.sleep(SECONDS / 3)
        connection.sendall(b"G")
    answer = spoken(connection)
    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert answer.endswith(b'"error": "The request did not arrive in 0.3 s"\n}')


def test_a_client_that_sends_nothing_more_gets_the_answer_that_it_waits_for(connection, monkeypatch):
    has_closed, status = threading.Event(), ModelManager.status

    def late_status(*arguments):
        assert has_closed.wait(30)
        return status(*arguments)

    monkeypatch.setattr(ModelManager, "status", late_status)
    connection.sendall(REQUEST)
    connection.shutdown(socket.SHUT_WR)
    threading.Timer(0.2, has_closed.set).start()
    assert spoken(connection).endswith(b'Could not find any versions of model m"\n}')


def test_the_connection_that_waits_longest_makes_room(tmp_path, monkeypatch):
    monkeypatch.setattr("serving.local_server.server.most_connections", lambda: 2)
    with serving(free_ports("m", tmp_path, rest_api_receive_seconds=3600.0)) as server:

        def connected():
            return socket.create_connection(("127.0.0.1", server.rest_api_port), timeout=30)

        with connected() as first, connected() as second:
            for each in (second, first):  # Now the second waits longer.
                each.sendall(REQUEST)
                assert answered(each)
            with connected() as third:
                third.sendall(REQUEST)
                assert answered(third)
                assert second.recv(1) == b""
                first.sendall(REQUEST)
                assert answered(first)


def test_settings_are_those_of_the_class_that_is_made():
    made = patient_connection(1.5, 2, 3)
    assert (made.read_seconds, made.most_unread_bytes, made.most_connections) == (1.5, 2, 3)
