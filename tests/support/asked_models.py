"""What the servability gate asks, and models that answer it without a graph."""

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import tensorflow as tf

from schemas.score_map import ScoreMap
from tests.support.behaviour_examples import behaviour_example

Outputs = Mapping[str, np.ndarray]
Answer = Callable[[Mapping[str, np.ndarray]], Outputs] | Outputs | Exception
"""From the inputs of a signature to its outputs, or outputs whatever is asked, or an error that is raised."""


def example(candidates: Sequence[str], **settings: Any) -> tf.train.Example:
    """One behaviour example, see `behaviour_example`."""
    return tf.train.Example.FromString(behaviour_example(candidates, **settings))


def signature_defs(inputs: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What a SavedModel says of its signatures, of which the gate reads the names of the inputs."""
    return {signature: SimpleNamespace(inputs=names) for signature, names in inputs.items()}


class AskedModel:
    """Stands in for a Servable, and answers as it is told to.

    Attributes:
        signature_defs: Its signatures.
        score_maps: How its scores are calibrated; they are not.
        asked: Signature and inputs of each call.
    """

    def __init__(self, inputs: Mapping[str, Sequence[str]], answers: Mapping[str, Answer]):
        self.signature_defs = signature_defs(inputs)
        self.score_maps: dict[str, ScoreMap] = {}
        self.asked: list[tuple[str, Mapping[str, np.ndarray]]] = []
        self._answers = answers

    def run(self, signature: str, inputs: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """Answers a signature that is given its inputs and nothing else."""
        assert set(inputs) == set(self.signature_defs[signature].inputs)
        self.asked.append((signature, inputs))
        answer = self._answers[signature]
        if isinstance(answer, Exception):
            raise answer
        return answer(inputs) if callable(answer) else answer
