import argparse

import pytest

from tfx_pipeline.cli.parsing.option_values import port, positive_seconds, seconds, whole_number


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (whole_number(1), "12", 12),
        (whole_number(0, 3), "3", 3),
        (port, "0", 0),
        (positive_seconds, "0.5", 0.5),
        (seconds, "0", 0.0),
    ],
)
def test_what_is_in_range_is_read(read, text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "wanted", "texts"),
    [
        (whole_number(1), "a whole number from 1 on", ["0", "2.5"]),
        (whole_number(0, 3), "a whole number from 0 to 3", ["4"]),
        (port, "a whole number from 0 to 65535", ["x", "-1", "65536"]),
        (positive_seconds, "a number of seconds above 0", ["0", "nan"]),
        (seconds, "a number of seconds from 0 on", ["-1", "inf", "soon"]),
    ],
)
def test_what_is_not_is_told_with_the_range(read, wanted, texts):
    for text in texts:
        with pytest.raises(argparse.ArgumentTypeError, match=f"^should be {wanted}, not '{text}'$"):
            read(text)
