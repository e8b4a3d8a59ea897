"""How a text becomes words, as TensorFlow operations, so that training and serving split alike."""

import tensorflow as tf

_NO_WORD_CHARACTERS = r"[^\pL\pN]+"


def words(texts: tf.Tensor) -> tf.RaggedTensor:
    """Splits texts into lower-case words of letters and digits.

    Args:
        texts: string [n], UTF-8.

    Returns:
        string [n, (words)].
    """
    spaced = tf.strings.regex_replace(tf.strings.lower(texts, encoding="utf-8"), _NO_WORD_CHARACTERS, " ")
    return tf.strings.split(spaced)
