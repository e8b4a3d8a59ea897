import pytest

from serving.local_server.models.clear_errors import clear_message

DECLARED = {"items": (-1, -1, -1), "user": (-1,), "pair": (-1, 2), "any": None}


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        ({"items": (1, 2, 3), "user": (1,), "pair": (5, 2), "any": (1, 1)}, ""),
        (
            {"items": (1, 0)},
            "Input items has the shape [1,0], the signature asks for [-1,-1,-1]; "
            "an empty list does not tell the axes within it, so send one value of padding. ",
        ),
        ({"items": (1, 1)}, "Input items has the shape [1,1], the signature asks for [-1,-1,-1]. "),
        ({"pair": (5, 3)}, "Input pair has the shape [5,3], the signature asks for [-1,2]. "),
        ({"user": (0,)}, "Input user has the shape [0], which holds no values. "),
        (
            {"user": (0,), "any": (2, 0)},
            "Input any has the shape [2,0], which holds no values. "
            "Input user has the shape [0], which holds no values. ",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_told_first(shapes, said):
    assert clear_message("slice index 2 out of bounds", shapes, DECLARED) == f"{said}slice index 2 out of bounds"


def test_assertions_say_what_they_mean():
    where = "\n\t [[{{function_node __inference_answer_574051}}{{node Assert/Assert}}]]"
    message = "assertion failed: [`k` should be from 1 to 10000. Received:] [0]"
    assert clear_message(message + where, {}, {}) == "`k` should be from 1 to 10000. Received: 0"
    several = 'assertion failed: [give a or b; received] [["a" ""] ["c" ""]]'
    assert clear_message(several + where, {}, {}) == 'give a or b; received ["a" ""] ["c" ""]'
    assert clear_message("assertion failed: [x:\nmore]" + where, {}, {}) == "x:\nmore"
