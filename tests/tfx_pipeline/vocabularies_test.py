import tensorflow as tf

from tfx_pipeline import vocabularies


def test_padding_comes_first_then_the_known_then_the_unknown(tmp_path):
    file = tmp_path / "vocabulary"
    file.write_text("mug\nlamp\n")

    @tf.function
    def look_up(first, second):
        return vocabularies.lookup_together([first, second], tf.constant(str(file)))

    first, second = look_up(tf.constant(["lamp", ""]), tf.constant(["mug", "clock", "lamp"]))
    assert first.numpy().tolist() == [2, 0]
    assert second.numpy().tolist() == [1, 3, 2]
