"""Says first what a client can mend, where an operation of the graph refuses a request.

An operation speaks of axes within the graph, and an assertion of Python's list of what it was given. What it said
stays, behind the names and shapes of the request's inputs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

_ASSERTION = re.compile(r"assertion failed: \[(?P<text>.*?)\](?: \[(?P<values>.*?)\])?\s*(?:$|\n\t \[\[)", re.DOTALL)
_UNKNOWN = -1


def clear_message(
    message: str, shapes: Mapping[str, Sequence[int]], declared: Mapping[str, Sequence[int] | None]
) -> str:
    """Words an operation's error for the client.

    Args:
        message: What the operation said.
        shapes: Input name to the shape that was sent.
        declared: Input name to the shape that the signature declares, with -1 for any size; None for any shape.
    """
    asserted = _ASSERTION.match(message)
    if asserted:
        message = " ".join(filter(None, asserted.groups()))
    return " ".join([*_misfits(shapes, declared), message])


def _misfits(shapes: Mapping[str, Sequence[int]], declared: Mapping[str, Sequence[int] | None]) -> Iterator[str]:
    for name, shape in sorted(shapes.items()):
        wanted = declared.get(name)
        fits = wanted is None or (
            len(shape) == len(wanted)
            and all(size in (_UNKNOWN, sent) for size, sent in zip(wanted, shape, strict=True))
        )
        empty = 0 in shape
        if fits and not empty:
            continue
        said = f"Input {name} has the shape {_brackets(shape)}"
        if not fits and wanted is not None:
            said += f", the signature asks for {_brackets(wanted)}"
        if empty and not fits:
            said += "; an empty list does not tell the axes within it, so send one value of padding"
        elif empty:
            said += ", which holds no values"
        yield f"{said}."


def _brackets(shape: Sequence[int]) -> str:
    return "[" + ",".join(map(str, shape)) + "]"
