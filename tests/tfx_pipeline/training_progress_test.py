import keras
import numpy as np
import tensorflow as tf

from components.progress import heard_by
from tfx_pipeline.training_progress import TrainingProgress


def test_steps_are_told_and_from_the_second_epoch_on_their_number():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    heard = []

    def rows(count):
        for _ in range(count):
            yield np.zeros((1, 1)), np.zeros((1, 1))

    signature = (tf.TensorSpec((1, 1)), tf.TensorSpec((1, 1)))
    # The number of batches is not known before they were all read.
    train = tf.data.Dataset.from_generator(lambda: rows(3), output_signature=signature)
    validation = tf.data.Dataset.from_generator(lambda: rows(2), output_signature=signature)
    with heard_by(lambda progress, steps: heard.append((progress.what, progress.total, steps))):
        model.fit(train, validation_data=validation, epochs=2, verbose=0, callbacks=[TrainingProgress()])
    assert heard == [
        *[("epoch 1 of 2, steps", None, 1)] * 3,
        *[("epoch 1 of 2, validation steps", None, 1)] * 2,
        *[("epoch 2 of 2, steps", 3, 1)] * 3,
        *[("epoch 2 of 2, validation steps", 2, 1)] * 2,
    ]
