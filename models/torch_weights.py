"""Reads weights that were trained with PyTorch, and assigns them to weights of ours."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

Weights = Mapping[str, np.ndarray]
_NPZ_PREFIX = "weights/"


def read_state_dict(path: str | Path) -> dict[str, np.ndarray]:
    """Reads a PyTorch `state_dict`.

    Args:
        path: A `.npz` with one array for each parameter, whose names may have the prefix `weights/`; or a `.pt` or
            `.pth`, which needs torch.

    Raises:
        ValueError: The file has another ending.
        ModuleNotFoundError: A `.pt` or `.pth` was given, and torch is not installed.
    """
    path = Path(path)
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            prefixed = [name for name in arrays.files if name.startswith(_NPZ_PREFIX)]
            return {name.removeprefix(_NPZ_PREFIX): arrays[name] for name in prefixed or arrays.files}
    if path.suffix not in (".pt", ".pth"):
        raise ValueError(f"A state_dict is read from .npz, .pt or .pth. Received: {path}")
    try:
        import torch
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"Reading {path} needs torch: pip install 'tandem-recommender[torch]', or save the state_dict as .npz."
        ) from error
    state = torch.load(path, map_location="cpu", weights_only=True)
    return {name: value.detach().numpy() for name, value in state.items()}


class TorchWeights:
    """The parameters of a PyTorch model by name, with methods that assign them to weights of ours.

    Args:
        weights: A `state_dict`, as `read_state_dict` returns it.
    """

    def __init__(self, weights: Weights):
        self._weights = weights

    def get(self, name: str) -> np.ndarray:
        """A parameter.

        Raises:
            ValueError: No parameter has that name.
        """
        if name not in self._weights:
            raise ValueError(f"The reference's weights lack {name!r}.")
        return np.asarray(self._weights[name])

    def put(self, variable: Any, value: np.ndarray, name: str) -> None:
        """Assigns a value that was computed from the parameter `name` to a weight.

        Raises:
            ValueError: The shapes differ.
        """
        if tuple(variable.shape) != value.shape:
            raise ValueError(f"{name!r} has the shape {value.shape}, the model's weight {tuple(variable.shape)}.")
        variable.assign(value)

    def assign(self, variable: Any, name: str, change: Callable[[np.ndarray], np.ndarray] = np.asarray) -> None:
        """Assigns a parameter, after `change`, to a weight."""
        self.put(variable, change(self.get(name)), name)

    def dense(self, layer: Any, *names: str) -> None:
        """Assigns the weights of `torch.nn.Linear` layers, side by side, to one `Projection`."""
        kernels, biases = ([self.get(f"{name}.{part}") for name in names] for part in ("weight", "bias"))
        self.put(layer.kernel, np.concatenate(kernels).T, f"{names[0]}.weight")
        self.put(layer.bias, np.concatenate(biases), f"{names[0]}.bias")
