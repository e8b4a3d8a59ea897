import random

import pytest
import tensorflow as tf

from components.behaviour_example_gen.examples.example_bytes import (
    Head,
    Texts,
    entry,
    example,
    floats,
    integers,
    joined,
    strings,
    text,
    varint,
    varint_of_large,
)

TEXTS = ["", "a", "café mug", "x" * 127, "y" * 128, "ü" * 10_000, "z" * 70_000]
NUMBERS = [0, 1, 127, 128, 255, 256, 16_383, 16_384, 1_684_741_000_123, 2**63 - 1, -1, -(2**63)]
DRAW = random.Random(3)


@pytest.mark.parametrize(
    ("texts", "numbers", "reals"),
    [
        *(([text], [1], [1.0]) for text in TEXTS),
        *((["a"], [number], [1.0]) for number in NUMBERS),
        *(
            (DRAW.choices(TEXTS[:5], k=length), DRAW.choices(NUMBERS, k=length), [DRAW.random() for _ in range(length)])
            for length in (0, 1, 2, 42, 43, 127, 128, 300)
        ),
        (["a"], [], [1.0]),
    ],
    ids=range(28),
)
def test_the_bytes_are_those_of_tensorflows_message(texts, numbers, reals):
    message = tf.train.Example()
    message.features.feature["texts"].bytes_list.value.extend(map(str.encode, texts))
    message.features.feature["numbers"].int64_list.value.extend(numbers)
    message.features.feature["a_name_before_the_others"].float_list.value.extend(reals)
    made = example({"texts": strings(texts), "numbers": integers(numbers), "a_name_before_the_others": floats(reals)})
    assert made == message.SerializeToString(deterministic=True)


def test_an_example_without_features_and_text_that_is_no_unicode():
    # Not what an empty message makes, which leaves `features` out, and yet the same when read.
    assert tf.train.Example.FromString(example({})) == tf.train.Example(features=tf.train.Features())
    with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
        strings(["\ud800"])


@pytest.mark.parametrize(
    "number", [0, 1, 127, 2**14, 2**28 - 1, 2**28, 2**28 + 1, 2**35 + 2**14 - 1, 2**41 + 3, 2**63 - 1, -1]
)
def test_large_numbers_are_written_alike(number):
    assert varint_of_large(number) == varint(number)


@pytest.mark.parametrize("size", [0, 1, 127, 128, 20_000])
def test_a_head_and_its_elements_are_the_feature(size):
    for _ in range(2):  # The second time from what was kept.
        texts, numbers = ["a" * (size % 50)] * size, [size] * size
        for name, feature, element, each in (("t", strings, text, texts), ("n", integers, varint, numbers)):
            elements = b"".join(map(element, each))
            assert Head(name, feature)[len(elements)] + elements == entry(name, feature(each))
            assert joined([Head(name, feature)[len(elements)], bytearray(elements)]) == example({name: feature(each)})


def test_texts_are_those_of_their_values():
    texts = Texts([b"a", ("ü" * 200).encode(), b"a"].__getitem__)
    assert texts.joined([2, 1, 1, 0]) == text("a") + text("ü" * 200) * 2 + text("a")


def test_a_head_that_was_kept_is_that_of_its_own_length():
    head = Head("t", strings)
    for size in (1, 200, 1, 200, 3):
        assert head[len(text("a" * size))] + text("a" * size) == entry("t", strings(["a" * size]))
