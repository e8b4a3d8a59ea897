"""Answers only to names of its own, so that no other site's page can reach a server on this machine.

A page elsewhere may let its own name point to 127.0.0.1 ("DNS rebinding"); a browser then lets it read what this server
answers, but says in the Host header by which name it came. An address cannot be rebound, a name can.
"""

import ipaddress

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class HostCheck:
    """Middleware that refuses requests for a foreign name.

    Args:
        app: What is protected.
        host: The name or address that the server listens on; `localhost` and all addresses are let pass too.
    """

    def __init__(self, app: ASGIApp, host: str):
        self._app = app
        self._names = {"localhost", host.casefold()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 421 itself, or hands the request on."""
        if scope["type"] == "http" and not self._is_own(Headers(scope=scope).get("host", "")):
            refusal = PlainTextResponse("This server does not go by that name.\n", status_code=421)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_own(self, header: str) -> bool:
        name = header.rpartition("]")[0].lstrip("[") if header.startswith("[") else header.partition(":")[0]
        if name.casefold() in self._names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True
