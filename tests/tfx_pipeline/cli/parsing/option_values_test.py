import argparse

import pytest

from tfx_pipeline.cli.parsing.option_values import port, positive_seconds, seconds, whole_number


@pytest.mark.parametrize(
    ("read", "wanted", "taken", "refused"),
    [
        (whole_number(1), "a whole number from 1 on", {"12": 12}, ["0", "2.5"]),
        (whole_number(0, 3), "a whole number from 0 to 3", {"3": 3}, ["4"]),
        (port, "a whole number from 0 to 65535", {"0": 0}, ["x", "-1", "65536"]),
        (positive_seconds, "a number of seconds above 0", {"0.5": 0.5}, ["0", "nan"]),
        (seconds, "a number of seconds from 0 on", {"0": 0.0}, ["-1", "inf", "soon"]),
    ],
)
def test_what_is_in_range_is_read_and_what_is_not_is_told_with_the_range(read, wanted, taken, refused):
    assert {text: read(text) for text in taken} == taken
    for text in refused:
        with pytest.raises(argparse.ArgumentTypeError, match=f"^should be {wanted}, not '{text}'$"):
            read(text)
