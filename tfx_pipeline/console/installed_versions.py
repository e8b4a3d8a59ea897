"""Which versions are installed, found without importing them."""

import platform
from importlib import metadata
from typing import Final

_DISTRIBUTIONS: Final = {
    "Tandem": "tandem-recommender",
    "TFX": "tfx",
    "TensorFlow": "tensorflow",
    "Keras": "keras",
}


def text() -> str:
    """A line for Tandem, for each of the libraries that a model depends on, and for Python."""
    lines = [f"{name} {_version(distribution)}" for name, distribution in _DISTRIBUTIONS.items()]
    return "\n".join([*lines, f"Python {platform.python_version()}"])


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "is not installed"
