import tensorflow as tf

from components.input_specs import input_specs


def test_the_inputs_of_a_signature():
    assert input_specs("rank", ["hour", "device"]) == {
        "user_id": tf.TensorSpec([None], tf.string, "user_id"),
        "query": tf.TensorSpec([None], tf.string, "query"),
        "candidates": tf.TensorSpec([None, None], tf.string, "candidates"),
        "history_surfaces": tf.TensorSpec([None, None], tf.string, "history_surfaces"),
        "history_queries": tf.TensorSpec([None, None], tf.string, "history_queries"),
        "history_items": tf.TensorSpec([None, None, None], tf.string, "history_items"),
        "timestamp_ms": tf.TensorSpec([None], tf.int64, "timestamp_ms"),
        "device": tf.TensorSpec([None], tf.string, "device"),
    }
    assert input_specs("similar_items")["k"] == tf.TensorSpec([None], tf.int32, "k")
