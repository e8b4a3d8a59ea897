import logging

import keras
import numpy as np

from tfx_pipeline.epoch_lines import EpochLines


class Measured(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs["val_ndcg_at_5_search"] = 0.25


def test_each_epoch_has_a_line_at_its_begin_and_at_its_end(caplog):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(0.5), "mse")
    with caplog.at_level(logging.INFO):
        # The model says 0 where 2 is wanted: the loss of the first epoch's only step is 4.
        model.fit(np.zeros((1, 1)), np.full((1, 1), 2.0), epochs=1, verbose=0, callbacks=[Measured(), EpochLines()])
    begin, end = (record.getMessage() for record in caplog.records)
    assert begin == "Epoch 1/1 begins"
    assert end.startswith("Epoch 1/1: loss 4.0000, validation NDCG@5 search 0.2500, learning rate 0.5, ")


def test_without_validation_it_says_so(caplog):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with caplog.at_level(logging.INFO):
        model.fit(np.zeros((1, 1)), np.zeros((1, 1)), epochs=1, verbose=0, callbacks=[EpochLines()])
    assert "validation NDCG@5 not measured" in caplog.text
