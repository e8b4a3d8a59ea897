"""How many requests a caller may send in a second, if the server has such a limit.

A caller is an address without its port. Behind a proxy all callers are one, so there the limit belongs into the proxy.
"""

import threading
import time
from collections import OrderedDict

from serving.local_server.wire.statuses import resource_exhausted

_MOST_CALLERS = 10_000
"""Of more callers, those are forgotten that have sent nothing for longest. A forgotten caller starts anew."""


class RequestRate:
    """Counts requests by caller. A caller that has been quiet may send the requests of one second at once.

    Attributes:
        has_limit: Whether there is a limit at all.
    """

    def __init__(self, per_second: float):
        """Takes the limit; 0 lets everything through."""
        self.has_limit = per_second > 0
        self._per_second = per_second
        self._most = max(1.0, per_second)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, caller: str, now: float | None = None) -> None:
        """Counts a request.

        Args:
            caller: The caller's address.
            now: Seconds of a clock that never goes back; None takes the time.

        Raises:
            tf.errors.ResourceExhaustedError: The caller sends too many.
        """
        if not self.has_limit:
            return
        now = time.monotonic() if now is None else now
        with self._lock:
            left, since = self._left.pop(caller, (self._most, now))
            left = min(self._most, left + (now - since) * self._per_second)
            self._left[caller] = (left - 1 if left >= 1 else left), now
            if len(self._left) > _MOST_CALLERS:
                self._left.popitem(last=False)
        if left < 1:
            raise resource_exhausted(
                f"{caller} sends more than {self._per_second:g} requests a second, which is the most for one address. "
                "Wait a moment, or start the server with a larger --max_requests_per_second."
            )


def host_of(peer: str) -> str:
    """The address in gRPC's name of a peer, `ipv4:127.0.0.1:50123`, `ipv6:[::1]:50123` or `unix:`."""
    kind, _, rest = peer.partition(":")
    return rest.rpartition(":")[0] if kind in ("ipv4", "ipv6") else peer
