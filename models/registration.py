"""Registers our Keras classes under one package name, so that saved models find them again."""

from typing import TypeVar

import keras

PACKAGE = "tandem"

Registered = TypeVar("Registered", bound=type)


def register(cls: Registered) -> Registered:
    """Class decorator: makes a layer, model, metric or optimizer known to Keras as ``tandem>ClassName``."""
    return keras.saving.register_keras_serializable(package=PACKAGE)(cls)
