"""What a server lets in: the limits of one request, and the budgets of all requests under way, over both protocols."""

from serving.local_server.limits.budget import Budget
from serving.local_server.limits.request_limits import RequestLimits
from serving.local_server.limits.request_rate import RequestRate

_LONGEST = 64 * 2**20
_RESERVE = 4
_DEFAULTS = RequestLimits()


class Admission:
    """The limits and budgets of one server.

    A budget has twice what one request may have, and a quarter more for small requests alone.

    Attributes:
        limits: What one request may ask for.
        bytes: Bytes of requests as they came, and as they were unpacked.
        values: Values of the inputs of requests.
        rate: Requests a second of one caller.
    """

    def __init__(self, limits: RequestLimits = _DEFAULTS, longest: int = _LONGEST, per_second: float = 0.0):
        """Takes the limits.

        Args:
            limits: Those of one request.
            longest: The most bytes of one request.
            per_second: The most requests of one caller in a second; 0 for any number.
        """
        self.limits = limits
        self.bytes = Budget(2 * longest, "bytes of requests", longest // _RESERVE)
        self.values = Budget(2 * limits.request_values, "values of requests", limits.request_values // _RESERVE)
        self.rate = RequestRate(per_second)
