import pytest

from serving.call_error import CallError


def test_says_who_answered_what():
    error = CallError("NOT_FOUND", "no such model", "127.0.0.1:8501")
    assert str(error) == "127.0.0.1:8501 answered NOT_FOUND: no such model"
    assert (error.code, error.message, error.address) == ("NOT_FOUND", "no such model", "127.0.0.1:8501")


@pytest.mark.parametrize(
    ("message", "short"),
    [
        (
            "assertion failed: [`k` should be from 1 to 10000. Received:] [0]\n\t [[{{function_node answer_2}}"
            "{{node Assert/Assert}}]]",
            "`k` should be from 1 to 10000. Received: 0",
        ),
        (
            "{{function_node wrapper_76}} {{function_node wrapper_76}} Incompatible shapes: [2] "
            "vs. [3]\n\t [[{{node mul}}]]\n\t [[StatefulPartitionedCall]]",
            "Incompatible shapes: [2] vs. [3]",
        ),
    ],
)
def test_names_no_operations_of_the_model(message, short):
    error = CallError("INVALID_ARGUMENT", message, "a:1")
    assert str(error) == f"a:1 answered INVALID_ARGUMENT: {short}"
    assert error.message == message
