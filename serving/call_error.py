"""What a call of a model server can end with, the same over both protocols."""

UNAVAILABLE = "UNAVAILABLE"
NOT_FOUND = "NOT_FOUND"
DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
INTERNAL = "INTERNAL"


class CallError(Exception):
    """A call that was not answered, or was refused.

    Attributes:
        code: The name of the gRPC status code; over REST the one that its HTTP code stands for.
        message: What the server said, or what went wrong on the way to it.
        address: Host and port of the server.
    """

    def __init__(self, code: str, message: str, address: str):
        super().__init__(f"{address} answered {code}: {message}")
        self.code = code
        self.message = message
        self.address = address
