"""Checks that a server can listen on its ports, before a command imports what takes seconds."""

import contextlib
import errno
import socket
from collections.abc import Mapping


class PortError(Exception):
    """A port that cannot be listened on; the message names the option, the port and the mend."""


def check_ports(host: str, ports: Mapping[str, int]) -> None:
    """Listens on all ports for a moment, as the server will.

    Args:
        host: The address to listen on.
        ports: Option, such as `--port`, to its value; 0, which stands for any free port, is always fine.

    Raises:
        PortError: A port is taken or not allowed, two are the same, or the address is not this machine's.
    """
    with contextlib.ExitStack() as held:
        seen: dict[int, str] = {}
        for option, port in ports.items():
            if port and port in seen:
                raise PortError(f"{seen[port]} and {option} are both {port}; give two ports.")
            seen[port] = option
            try:
                held.enter_context(listening(host, port, backlog=1))
            except OSError as error:
                raise PortError(_reason(host, port, option, error)) from error


def listening(host: str, port: int, backlog: int) -> socket.socket:
    """Opens a socket that listens; port 0 takes a free one.

    Raises:
        OSError: The socket cannot listen.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Asyncio turns off the delay of small packets only if the socket names TCP as its protocol.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(backlog)
    except BaseException:
        listener.close()
        raise
    return listener


def _reason(host: str, port: int, option: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken by another program. Choose another with {option}; 0 takes a free one."
    if error.errno == errno.EACCES:
        return f"port {port} on {host} needs rights that you do not have. Choose one from 1024 on with {option}."
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return f"{host} is no address of this machine. Choose 127.0.0.1, or 0.0.0.0 for all of them, with --host."
    return f"cannot listen on port {port} of {host}: {error.strerror or error}. Choose another with {option}."
