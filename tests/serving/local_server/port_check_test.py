"""Ports that are free, taken, the same, or not this machine's."""

import socket
import subprocess
import sys

import pytest

from serving.local_server.port_check import PortError, check_ports, listening

HOST = "127.0.0.1"


def reason(host, ports):
    with pytest.raises(PortError) as caught:
        check_ports(host, ports)
    return str(caught.value)


def test_free_ports_stay_free():
    with listening(HOST, 0, backlog=1) as found:
        port = found.getsockname()[1]
    check_ports(HOST, {"--port": port, "--rest_api_port": 0})
    check_ports(HOST, {"--port": port})
    check_ports(HOST, {"--port": 0, "--rest_api_port": 0})


def test_a_taken_port_is_told_by_its_option():
    with listening(HOST, 0, backlog=1) as taken:
        port = taken.getsockname()[1]
        assert reason(HOST, {"--port": 0, "--rest_api_port": port}) == (
            f"port {port} on 127.0.0.1 is taken by another program. "
            "Choose another with --rest_api_port; 0 takes a free one."
        )


def test_a_port_whose_last_connection_has_just_ended_is_free():
    with listening(HOST, 0, backlog=1) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection((HOST, port)):
            listener.accept()[0].close()  # The side that closes first keeps the port in TIME_WAIT.
    check_ports(HOST, {"--port": port})


def test_two_ports_that_are_the_same():
    same = {"--port": 8500, "--rest_api_port": 8500}
    assert reason(HOST, same) == "--port and --rest_api_port are both 8500; give two ports."


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_of_another_machine(host):
    assert reason(host, {"--port": 0}) == (
        f"{host} is no address of this machine. Choose 127.0.0.1, or 0.0.0.0 for all of them, with --host."
    )


def test_ports_of_the_system(monkeypatch):
    def refuse(_self, address):
        raise PermissionError(13, "Permission denied")

    # As root, whom tests may run as, every port is allowed.
    monkeypatch.setattr(socket.socket, "bind", refuse)
    assert reason(HOST, {"--port": 80}) == (
        "port 80 on 127.0.0.1 needs rights that you do not have. Choose one from 1024 on with --port."
    )


def test_needs_neither_tensorflow_nor_grpc():
    code = "import sys, serving.local_server.port_check; print({'tensorflow', 'grpc', 'numpy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "set()\n"
