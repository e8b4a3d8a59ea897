"""Refuses requests for foreign host names, so that no other site's page can read what this server answers.

Another site can let its own name point to 127.0.0.1 ("DNS rebinding"). A browser then lets that site's page read this
server's answers, but sends the site's name in the Host header. A name can be rebound, an address cannot.
"""

import ipaddress

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class HostCheck:
    """Middleware that refuses requests for a foreign name.

    Args:
        app: The application to protect.
        host: The name or address that the server listens on. `localhost` and all addresses pass, too.
    """

    def __init__(self, app: ASGIApp, host: str):
        self._app = app
        self._names = {"localhost", host.casefold()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 421, or hands the request on to the application."""
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
