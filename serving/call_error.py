"""What a call of a model server can end with, the same over both protocols."""

import re

UNAVAILABLE = "UNAVAILABLE"
NOT_FOUND = "NOT_FOUND"
DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
INTERNAL = "INTERNAL"
UNKNOWN = "UNKNOWN"

OTHER_PROGRAM = "another program listens there, not a model server"
"""How the message of a `CallError` begins where what answered speaks another language."""
_NODE = re.compile(r"\s*(\[\[)?\{\{.*?\}\}(\]\])?\s*")
_ASSERTION = re.compile(r"assertion failed: \[(.*?)\] \[(.*)\]", re.DOTALL)


class CallError(Exception):
    """A call that was not answered, or was refused.

    Attributes:
        code: The name of the gRPC status code; over REST the one that its HTTP code stands for.
        message: What the server said, or what went wrong on the way to it. As text the error has it without the names
            of the model's operations.
        address: Host and port of the server.
    """

    def __init__(self, code: str, message: str, address: str):
        super().__init__(f"{address} answered {code}: {_in_short(message)}")
        self.code = code
        self.message = message
        self.address = address


def _in_short(message: str) -> str:
    """What a model refused, without TensorFlow's words around it."""
    begin, *_ = re.split(r"\n\t ?\[\[", message)
    plain = _NODE.sub(" ", begin).strip()
    asserted = _ASSERTION.fullmatch(plain)
    return f"{asserted[1]} {asserted[2]}" if asserted else plain
