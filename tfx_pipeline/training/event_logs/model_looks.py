"""What a model does with some rows, from epoch to epoch: which experts and which transitions count, by surface."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import keras

from models.contract import MixesExperts, TakesTransitions
from schemas.canonical_event import Surface
from tfx_pipeline.training.event_logs.event_writers import VALIDATION, EventWriters

_TIMES: Final = 20
_ROWS: Final = 256
"""Of each surface. A mean over their candidates says what a mean over all would."""


class ModelLooks(keras.callbacks.Callback):
    """Looks at ends of epochs how a model comes to its scores, and writes it.

    * `gates/<surface>/<expert>`, for models that mix experts: how much each counts. One that has collapsed stays at 0.
    * `attention/<surface>/<transition>` and `attention_by_layer/<surface>/<transition>_<layer>`, for models that take
      transitions between the surfaces: by which of them the histories came to be, as `UniSAR.transition_shares` has it.

    They are means over the candidates of some rows, always the same ones. It looks after the first two epochs, then
    once the epochs since have taken twenty times as long as a look: short ones are passed over, long ones are not.

    Args:
        writers: Where they go.
        read_rows: Returns a joint batch's inputs, features by surface; called once.
    """

    def __init__(self, writers: EventWriters, read_rows: Callable[[], Mapping[str, Mapping[str, Any]]]):
        super().__init__()
        self._writers, self._read_rows = writers, read_rows
        self._rows: dict[Surface, dict[str, Any]] | None = None
        self._look_s = self._since_s = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Starts its clock."""
        self._began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Looks, if it is time to."""
        now = time.monotonic()
        self._since_s += now - self._began
        if isinstance(self.model, MixesExperts | TakesTransitions) and self._since_s >= _TIMES * self._look_s:
            is_first = self._rows is None  # It takes longer than the others.
            self._look(epoch)
            self._look_s, self._since_s = 0.0 if is_first else time.monotonic() - now, 0.0

    def _look(self, epoch: int) -> None:
        if self._rows is None:
            sides = {Surface(name): side for name, side in self._read_rows().items()}
            self._rows = {
                surface: {name: value[:_ROWS] for name, value in side.items()}
                for surface, side in sides.items()
                if all(len(value) for value in side.values())
            }
        found: dict[str, Any] = {}
        for surface, side in self._rows.items():
            if isinstance(self.model, MixesExperts):
                found |= _tagged("gates", surface, self.model.gate_shares(side, surface))
            if isinstance(self.model, TakesTransitions):
                shares, by_layer = self.model.transition_shares(side, surface)
                found |= _tagged("attention", surface, shares)
                found |= _tagged("attention_by_layer", surface, by_layer)
        if found:
            self._writers.scalars(VALIDATION, found, epoch + 1)


def _tagged(group: str, surface: Surface, values: Mapping[str, Any]) -> dict[str, float]:
    return {f"{group}/{surface.value}/{name}": float(value) for name, value in values.items()}
