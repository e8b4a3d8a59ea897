import numpy as np
import tensorflow as tf

from serving.local_server.limits.request_limits import RequestLimits
from tests.support.local_servers import refusal

LIMITS = RequestLimits(request_values=12, request_rows=4, answer_values=6, name_length=5)


def test_values_are_those_that_the_shapes_ask_for():
    assert LIMITS.check_shapes({"a": (2, 3), "b": (4, 1), "c": ()}) == 6 + 4 + 1
    # An input without values counts, too, or there could be any number of them.
    assert LIMITS.check_shapes({str(name): (0,) for name in range(12)}) == 12
    for shapes in ({"a": (3, 4), "b": ()}, {"a": (4, 2**62)}, {str(name): (0,) for name in range(13)}):
        message = refusal(LIMITS.check_shapes, shapes)
        assert message.endswith(
            "a request may have 12. Send several smaller requests, or start the server with a larger "
            "--max_request_values."
        )


def test_rows_count_even_without_values():
    assert LIMITS.check_shapes({"a": (4, 0)}) == 1
    assert refusal(LIMITS.check_shapes, {"a": (5, 0)}) == (
        "Input a has 5 rows; a request may have 4. "
        "Send several smaller requests, or start the server with a larger --max_request_rows."
    )


def test_axes():
    assert LIMITS.check_shapes({"a": (1,) * 32}) == 1
    assert refusal(LIMITS.check_shapes, {"a": (1,) * 33}) == "Input a has 33 axes; a tensor may have 32."


def test_answers():
    LIMITS.check_answer({"a": np.zeros((2, 2)), "b": np.zeros(2)})
    error = tf.errors.ResourceExhaustedError
    assert refusal(LIMITS.check_answer, {"a": np.zeros((2, 2)), "b": np.zeros(3)}, error=error) == (
        "The answer has 7 values; an answer may have 6. Ask for fewer rows, candidates or items, "
        "or start the server with a larger --max_answer_values."
    )


def test_answers_that_are_told_before():
    inputs = {"k": np.array([1, 2], np.int32)}
    LIMITS.check_expected("recommend", {"k": np.array([3], np.int32)})
    error = tf.errors.ResourceExhaustedError
    message = refusal(LIMITS.check_expected, "recommend", inputs, error=error)
    assert message.startswith("The answer would have 8 values; an answer may have 6.")


def test_names():
    LIMITS.check_name("model", "12345")
    assert refusal(LIMITS.check_name, "model", "x" * 100) == (
        "The name of the model has 100 characters; a name may have 5. "
        f"It begins with {'x' * 40}. Start the server with a larger --max_name_length if this is no mistake."
    )


def test_a_value_may_stand_in_three_lists_of_its_own():
    assert LIMITS.json_members == 4 * 12 + 100
