import pytest
import tensorflow as tf

from tfx_pipeline.transform.texts import UNKNOWN_MOMENT, context_texts

HOUR_MS = 3_600_000
VALUES = ["device=phone", "city=Rome", "devices=2", "device=a=b"]


def texts(name, moments):
    values = tf.RaggedTensor.from_row_lengths(VALUES, [2, 1, 1, 0]).to_sparse()
    return [text.decode() for text in context_texts(name, tf.constant(moments, tf.int64), values).numpy()]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # 1970-01-01 00:59 was a Thursday, 2024-02-29 13:00 one too, 2024-03-03 23:59:59.999 a Sunday.
        ("hour", ["0", "13", "23", ""]),
        ("weekday", ["3", "3", "6", ""]),
    ],
)
def test_what_is_made_of_the_moment(name, expected):
    assert texts(name, [HOUR_MS - 60_000, 1_709_211_600_000, 1_709_510_399_999, UNKNOWN_MOMENT]) == expected


def test_what_is_given_by_name():
    assert texts("device", [0] * 4) == ["phone", "", "a=b", ""]
    assert texts("city", [0] * 4) == ["Rome", "", "", ""]
    assert texts("app", [0] * 4) == [""] * 4
