import argparse

import pytest

from tfx_pipeline.cli.parsing import option_values


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (option_values.whole_number(1), "12", 12),
        (option_values.whole_number(0, 3), "3", 3),
        (option_values.port, "0", 0),
        (option_values.positive_seconds, "0.5", 0.5),
        (option_values.seconds, "0", 0.0),
    ],
)
def test_what_is_in_range_is_read(read, text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (option_values.whole_number(1), "0", "should be a whole number from 1 on, not '0'"),
        (option_values.whole_number(1), "2.5", "should be a whole number from 1 on, not '2.5'"),
        (option_values.whole_number(0, 3), "4", "should be a whole number from 0 to 3, not '4'"),
        (option_values.port, "x", "should be a whole number from 0 to 65535, not 'x'"),
        (option_values.port, "65536", "should be a whole number from 0 to 65535, not '65536'"),
        (option_values.positive_seconds, "0", "should be a number of seconds above 0, not '0'"),
        (option_values.positive_seconds, "nan", "should be a number of seconds above 0, not 'nan'"),
        (option_values.seconds, "-1", "should be a number of seconds from 0 on, not '-1'"),
        (option_values.seconds, "inf", "should be a number of seconds from 0 on, not 'inf'"),
        (option_values.seconds, "soon", "should be a number of seconds from 0 on, not 'soon'"),
    ],
)
def test_what_is_not_is_told_with_the_range(read, text, message):
    with pytest.raises(argparse.ArgumentTypeError) as caught:
        read(text)
    assert str(caught.value) == message
