from serving.call_error import CallError


def test_says_who_answered_what():
    error = CallError("NOT_FOUND", "no such model", "127.0.0.1:8501")
    assert str(error) == "127.0.0.1:8501 answered NOT_FOUND: no such model"
    assert (error.code, error.message, error.address) == ("NOT_FOUND", "no such model", "127.0.0.1:8501")
