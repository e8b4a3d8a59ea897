"""Where the training starts of which the papers' code and ours take the same steps. Needs NumPy alone; both read it."""

import zlib
from collections.abc import Mapping

import numpy as np

STORED = 64
"""Parameters of at most so many entries are stored in a fixture; larger ones start as `start_value` makes them."""
COMPARED = 256
"""Of larger ones so many entries are compared, evenly spaced."""

NOTED = (20, 50)
"""After so many steps the weights are compared."""


def start_value(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Float32 uniform in Glorot's bounds, the same on each machine; row 0 of an embedding table is zero."""
    entries = np.random.default_rng(zlib.crc32(name.encode())).random(shape)
    bound = np.sqrt(6 / (shape[-1] + shape[-2])) if len(shape) > 1 else 0.05
    value = bound * (2 * entries - 1)
    if name.endswith(("emb.weight", "lut.weight", "word_embedding.weight")):
        value[0] = 0
    return value.astype("float32")


def compared(values: np.ndarray) -> np.ndarray:
    """The entries of a parameter that a fixture keeps: float [at most COMPARED]."""
    flat = values.reshape(-1)
    return flat if flat.size <= COMPARED else flat[np.linspace(0, flat.size - 1, COMPARED).astype(int)]


def start_weights(fixture: Mapping[str, np.ndarray], shapes: Mapping[str, list[int]]) -> dict[str, np.ndarray]:
    """All parameters at the start of a fixture's training, by the reference's names."""
    return {
        name: fixture[f"start/{name}"] if f"start/{name}" in fixture else start_value(name, tuple(shape))
        for name, shape in shapes.items()
    }
