import logging
import re

import keras
import numpy as np

from tfx_pipeline.epoch_lines import EpochLines


class Measured(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs["val_ndcg_at_5_search"] = 0.25
        if epoch == 1:
            self.model.optimizer.learning_rate.assign(0.25)


def lines_of(caplog, epochs, *callbacks):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(0.5), "mse")
    with caplog.at_level(logging.INFO):
        # The model says 0 where 2 is wanted: the loss of the first epoch's only step is 4.
        model.fit(
            np.zeros((1, 1)), np.full((1, 1), 2.0), epochs=epochs, verbose=0, callbacks=[*callbacks, EpochLines()]
        )
    # Other libraries may speak, too, once something has opened their loggers.
    own = [record.getMessage() for record in caplog.records if record.name == EpochLines.__module__]
    return [re.sub(r"(?<=, )\d+ s", "_ s", line) for line in own]


def test_each_epoch_has_a_line_and_a_new_learning_rate_is_told(caplog):
    first, second, third = lines_of(caplog, 3, Measured())
    assert first == "Epoch 1/3: loss 4.00, NDCG@5 search 0.2500, _ s"
    assert second.startswith("Epoch 2/3: loss ") and second.endswith(", _ s, learning rate 0.25")
    assert third.endswith(", _ s")


def test_without_validation_it_says_so(caplog):
    assert lines_of(caplog, 1) == ["Epoch 1/1: loss 4.00, NDCG@5 not measured, _ s"]
