"""Weights of a model that looks trained."""

import keras

_DEVIATION = 0.01


def disturb(model: keras.Model, seed: int) -> None:
    """Moves each weight of a built model a little from where it begins.

    Exports leave out factors of 1 and summands of 0: an untrained model has many of them, a trained one none.
    """
    seeds = keras.random.SeedGenerator(seed)
    for weight in model.trainable_weights:
        weight.assign_add(keras.random.normal(weight.shape, stddev=_DEVIATION, dtype=weight.dtype, seed=seeds))
