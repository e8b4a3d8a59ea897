"""Asks a model for the lists that it would serve to the users of examples."""

from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from components.retrieve_then_rank.example_request import example_request
from schemas import signatures
from schemas.canonical_event import Surface

_SIGNATURES = {Surface.RECOMMENDATION: signatures.RECOMMEND, Surface.SEARCH: signatures.SEARCH}


class AskedLists:
    """Asks `recommend` and `search` as a client would.

    Args:
        loaded: A loaded SavedModel. A surface whose signature it lacks has no lists.
        k: How many items are asked for.
        exclude_seen: Whether the items of a history are left out of its answer.
    """

    def __init__(self, loaded: Any, k: int, exclude_seen: bool):
        self._ask = {
            surface: loaded.signatures[name] for surface, name in _SIGNATURES.items() if name in loaded.signatures
        }
        self._inputs = {surface: list(each.structured_input_signature[1]) for surface, each in self._ask.items()}
        names = {name for inputs in self._inputs.values() for name in inputs}
        self._context = sorted(names - {*signatures.REQUEST_INPUTS})
        self._k, self._exclude_seen = k, exclude_seen

    def of(self, examples: tf.Tensor) -> Iterator[tuple[str, list[bytes], bytes]]:
        """The list of each example.

        Args:
            examples: String [batch], serialized behaviour examples.

        Yields:
            The surface, the items that are served, best first, and the item that the user engaged with; empty if there
            is none.
        """
        told = example_request(examples, self._context)
        for surface, ask in self._ask.items():
            rows = tf.where(tf.equal(told.surfaces, surface.value))[:, 0]
            size = int(tf.size(rows))
            if not size:
                continue
            asked = {name: tf.gather(each, rows) for name, each in told.inputs.items()} | {
                signatures.K: tf.fill([size], self._k),
                signatures.EXCLUDE_SEEN: tf.fill([size], self._exclude_seen),
                signatures.CATEGORY: tf.fill([size, 1], ""),
            }
            answer = ask(**{name: asked[name] for name in self._inputs[surface]})[signatures.ITEMS].numpy().tolist()
            for items, wanted in zip(answer, tf.gather(told.positives, rows).numpy().tolist(), strict=True):
                yield surface.value, [item for item in items if item][: self._k], wanted
