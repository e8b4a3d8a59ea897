import random

import pytest
import tensorflow as tf

from components.behaviour_example_gen.examples.example_bytes import example, floats, integers, strings

TEXTS = ["", "a", "café mug", "x" * 127, "y" * 128, "ü" * 10_000, "z" * 70_000]
NUMBERS = [0, 1, 127, 128, 255, 256, 16_383, 16_384, 1_684_741_000_123, 2**63 - 1, -1, -(2**63)]


def by_message(texts, numbers, reals):
    message = tf.train.Example()
    message.features.feature["texts"].bytes_list.value.extend(map(str.encode, texts))
    message.features.feature["numbers"].int64_list.value.extend(numbers)
    message.features.feature["a_name_before_the_others"].float_list.value.extend(reals)
    return message.SerializeToString(deterministic=True)


def by_bytes(texts, numbers, reals):
    return example({"texts": strings(texts), "numbers": integers(numbers), "a_name_before_the_others": floats(reals)})


@pytest.mark.parametrize("text", TEXTS, ids=len)
def test_a_text_of_any_length(text):
    assert by_bytes([text], [1], [1.0]) == by_message([text], [1], [1.0])


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_of_any_size(number):
    assert by_bytes(["a"], [number], [1.0]) == by_message(["a"], [number], [1.0])


def test_lists_of_any_length_empty_ones_too():
    draw = random.Random(3)
    for length in (0, 1, 2, 42, 43, 127, 128, 300):
        texts = draw.choices(TEXTS[:5], k=length)
        numbers = draw.choices(NUMBERS, k=length)
        reals = [draw.uniform(-1e3, 1e3) for _ in range(length)]
        assert by_bytes(texts, numbers, reals) == by_message(texts, numbers, reals)
        assert by_bytes(texts, [], reals[::-1]) == by_message(texts, [], reals[::-1])


def test_an_example_without_features():
    # Not what an empty message makes, which leaves `features` out, and yet the same when read.
    assert tf.train.Example.FromString(example({})) == tf.train.Example(features=tf.train.Features())


def test_text_that_is_no_unicode_is_refused():
    with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
        strings(["\ud800"])
