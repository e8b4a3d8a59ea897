"""Limits of what one request may ask for: values, rows, values of the answer, and lengths of names.

A request of a few bytes can ask for much: a message may leave all values of a tensor but one to its shape, and packed
JSON unpacks to a thousand times its length. So the limits count what a request comes to be, not what was sent.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from serving.local_server.limits.expected_answers import expected_values
from serving.local_server.wire.statuses import invalid_argument, resource_exhausted

MOST_AXES = 32
"""The most axes of a tensor: older releases of numpy hold no more."""
_MEMBERS_A_VALUE = 4
_MEMBERS_AROUND = 100


@dataclass(frozen=True)
class RequestLimits:
    """What one request may ask for. The names are those of the server's options, without `max_`.

    Attributes:
        request_values: The most values of all inputs together, those included that a shape asks for.
        request_rows: The most rows of an input, or tf.Examples.
        answer_values: The most values of all outputs together.
        name_length: The most characters of the name of a model, version label or signature.
    """

    request_values: int = 250_000
    request_rows: int = 10_000
    answer_values: int = 5_000_000
    name_length: int = 4096

    @property
    def json_members(self) -> int:
        """The most members of all lists and objects in a body: each value may stand in three lists of its own."""
        return _MEMBERS_A_VALUE * self.request_values + _MEMBERS_AROUND

    def check_shapes(self, shapes: Mapping[str, Sequence[int]]) -> int:
        """Checks the inputs of a request before they are made.

        Args:
            shapes: Input name to shape.

        Returns:
            The number of values. An input without any counts as one.

        Raises:
            tf.errors.InvalidArgumentError: There are too many rows, axes or values.
        """
        values = 0
        for name, shape in shapes.items():
            if len(shape) > MOST_AXES:
                raise invalid_argument(f"Input {name:.80} has {len(shape)} axes; a tensor may have {MOST_AXES}.")
            if shape:
                self.check_rows(f"Input {name:.80}", shape[0])
            values += max(1, math.prod(shape))
        if values > self.request_values:
            raise invalid_argument(
                f"The inputs have {values} values; a request may have {self.request_values}. "
                "Send several smaller requests, or start the server with a larger --max_request_values."
            )
        return values

    def check_rows(self, what: str, rows: int) -> None:
        """Checks a number of rows.

        Raises:
            tf.errors.InvalidArgumentError: There are too many.
        """
        if rows > self.request_rows:
            raise invalid_argument(
                f"{what} has {rows} rows; a request may have {self.request_rows}. "
                "Send several smaller requests, or start the server with a larger --max_request_rows."
            )

    def check_expected(self, signature: str, inputs: Mapping[str, np.ndarray]) -> None:
        """Checks the answer's size before the model runs, as far as the request tells it.

        Raises:
            tf.errors.ResourceExhaustedError: There would be too many values.
        """
        self._check_answer_values(expected_values(signature, inputs), "would have")

    def check_answer(self, outputs: Mapping[str, np.ndarray]) -> None:
        """Checks the outputs of a model before they are written as an answer.

        Raises:
            tf.errors.ResourceExhaustedError: There are too many values.
        """
        self._check_answer_values(sum(array.size for array in outputs.values()), "has")

    def _check_answer_values(self, values: int, has: str) -> None:
        if values > self.answer_values:
            raise resource_exhausted(
                f"The answer {has} {values} values; an answer may have {self.answer_values}. Ask for fewer rows, "
                "candidates or items, or start the server with a larger --max_answer_values."
            )

    def check_name(self, what: str, name: str) -> None:
        """Checks the length of a name.

        Raises:
            tf.errors.InvalidArgumentError: The name is too long.
        """
        if len(name) > self.name_length:
            raise invalid_argument(
                f"The name of the {what} has {len(name)} characters; a name may have {self.name_length}. "
                f"It begins with {name[:40]}. Start the server with a larger --max_name_length if this is no mistake."
            )
