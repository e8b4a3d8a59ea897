import keras
import numpy as np
import tensorflow as tf

from models.layers.fast.layer_norm import EPSILON, LayerNorm
from tests.support.layer_case import run_layer_test

INPUTS = np.random.default_rng(0).normal(size=(2, 3, 5)).astype("float32")


def test_layer_contract():
    run_layer_test(LayerNorm, {}, {"inputs": INPUTS}, (2, 3, 5), trainable_weights=2)


def test_values_and_gradients_equal_the_stock_layer():
    ours, stock = LayerNorm(), keras.layers.LayerNormalization(epsilon=EPSILON)
    scale, offset, upstream = np.random.default_rng(1).normal(size=(3, 5)).astype("float32")
    results = []
    for layer in (ours, stock):
        layer.build((None, None, 5))
        layer.trainable_weights[0].assign(scale)
        layer.trainable_weights[1].assign(offset)
        inputs = tf.constant(INPUTS)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs)
            total = tf.reduce_sum(outputs * upstream * tf.sin(outputs))
        gradients = tape.gradient(total, [inputs, *(weight.value for weight in layer.trainable_weights)])
        results.append([outputs, *gradients])
    for mine, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5)
