import pytest
import tensorflow as tf

from tfx_pipeline.transform import vocabularies


# One file for all: within a process, TensorFlow Transform's tables of equal file names are one.
@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    file = tmp_path_factory.mktemp("assets") / "vocabulary"
    file.write_text("mug\nlamp\n")
    return str(file)


def test_padding_comes_first_then_the_known_then_the_unknown(vocabulary):
    @tf.function
    def look_up(first, second):
        return vocabularies.lookup_together([first, second], tf.constant(vocabulary))

    first, second = look_up(tf.constant(["lamp", ""]), tf.constant(["mug", "clock", "lamp"]))
    assert first.numpy().tolist() == [2, 0]
    assert second.numpy().tolist() == [1, 3, 2]


def test_the_unknown_may_count_as_padding(vocabulary):
    @tf.function
    def look_up(values):
        return vocabularies.lookup_known(values, tf.constant(vocabulary))

    assert look_up(tf.constant(["lamp", "", "clock", "mug"])).numpy().tolist() == [2, 0, 0, 1]
