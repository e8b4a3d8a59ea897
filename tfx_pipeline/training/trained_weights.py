"""The weights of a finished training in Keras' form, for a further training to start from."""

import os
import tempfile

import keras
import tensorflow as tf

_FILE = "model.weights.h5"


def path(model_dir: str) -> str:
    """Where the weights lie of the training that exported to `model_dir`: beside the SavedModel's folder."""
    return os.path.join(os.path.dirname(model_dir.rstrip("/")), _FILE)


def save(model: keras.Model, model_dir: str) -> None:
    """Writes the weights of the model that is exported to `model_dir`, which may be the address of a bucket."""
    # By way of a local file: Keras writes to no bucket.
    with tempfile.TemporaryDirectory() as folder:
        local = os.path.join(folder, _FILE)
        model.save_weights(local)
        tf.io.gfile.makedirs(os.path.dirname(path(model_dir)))
        tf.io.gfile.copy(local, path(model_dir), overwrite=True)


def load(model: keras.Model, model_dir: str) -> None:
    """Gives a model the weights of the training that exported to `model_dir`.

    Raises:
        FileNotFoundError: That training left no weights.
        ValueError: They are of another model; Keras says where they differ.
    """
    if not tf.io.gfile.exists(path(model_dir)):
        raise FileNotFoundError(
            f"{path(model_dir)} is not there, so there are no weights to start from. The model beside it was not made "
            "by this pipeline's Trainer, or by an older version of it; train it again."
        )
    with tempfile.TemporaryDirectory() as folder:
        local = os.path.join(folder, _FILE)
        tf.io.gfile.copy(path(model_dir), local)
        model.load_weights(local)
