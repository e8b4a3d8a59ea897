import re

import pytest

from schemas import context_values


def test_known_values_become_texts_and_come_back():
    texts = context_values.to_texts({"device": "phone", "city": "", "app": "a=b"})
    assert texts == ["app=a=b", "device=phone"]
    assert context_values.from_texts([*texts, "nonsense"]) == {"app": "a=b", "device": "phone"}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["user agent"], "should hold names of letters, digits and underscores. Received: 'user agent'"),
        ([""], "should hold names of letters, digits and underscores. Received: ''"),
        *(
            ([*others, name], f"cannot hold {name!r}, because that name stands for something else already.")
            for others, name in (((), "hour"), ((), "query"), ((), "k"), ((), "timestamp_ms"), (("device",), "device"))
        ),
    ],
)
def test_names_that_cannot_be(names, message):
    with pytest.raises(ValueError, match="^`context` " + re.escape(message) + "$"):
        context_values.check_names(names)
    context_values.check_names(["device", "app_version2"])


@pytest.mark.parametrize(
    ("names", "inputs"),
    [
        ([], ()),
        (["device"], ("device",)),
        (["hour", "weekday"], ("timestamp_ms",)),
        (["city", "hour", "device"], ("timestamp_ms", "city", "device")),
    ],
)
def test_a_request_tells_the_moment_once_and_others_by_name(names, inputs):
    assert context_values.request_inputs(names) == inputs
