"""Compares an exported graph with the Keras model that it was made from: are the scores equal, and is it as fast?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.figures import measuring
from benchmarks.workloads import generated_model
from benchmarks.workloads.generated_model import GeneratedModel, Vocabularies
from benchmarks.workloads.model_requests import questions
from components.input_specs import input_specs
from schemas import signatures
from serving.local_server.models.servable import Servable
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.export import rank_request
from tfx_pipeline.export.signatures.served_scores import ServedScores

CANDIDATES = (100, 1_000)
LARGEST_DIFFERENCE = 1e-5


def saved_and_compared(folder: Path, config_path: str, steps: int) -> tuple[str, dict[str, Any]]:
    """Generates a model in a configuration's sizes and compares what is exported with the Keras model.

    Args:
        folder: The folder that receives the model.
        config_path: The pipeline's configuration.
        steps: How many calls of each are measured.

    Returns:
        The base path of the exported model, and a section of a report.
    """
    model = generated_model.save(folder, load_config(config_path), Vocabularies())
    return str(model.base_path), {"exported_graph": compare(model, steps)}


def compare(model: GeneratedModel, steps: int) -> list[dict[str, Any]]:
    """Asks the exported graph and the Keras model for the scores of the same raw requests.

    Args:
        model: The saved version and the Keras model.
        steps: How many calls of each are measured.

    Returns:
        One row for each number of candidates.

    Raises:
        AssertionError: A score differs by more than `LARGEST_DIFFERENCE`.
    """
    servable = Servable(str(model.base_path / generated_model.VERSION))
    specs = input_specs(signatures.RANK)

    # The same as in `ranking_signatures`, but nothing is computed in advance as the export does.
    @tf.function(input_signature=list(specs.values()), autograph=False)
    def keras_scores(*request: tf.Tensor) -> tf.Tensor:
        inputs = model.transform(rank_request.raw_features(dict(zip(specs, request, strict=True))))
        return ServedScores().of_candidates(model.ranker.score(inputs), inputs)

    rows = []
    for question in questions(servable, CANDIDATES)[: len(CANDIDATES)]:
        inputs = question.inputs()
        tensors = [[tf.constant(each[name]) for name in specs] for each in inputs]
        difference = max(
            float(np.abs(keras_scores(*some).numpy() - servable.run(signatures.RANK, each)[signatures.SCORES]).max())
            for some, each in zip(tensors, inputs, strict=True)
        )
        assert difference <= LARGEST_DIFFERENCE, f"{question.name}: scores differ by {difference}"

        def by_keras(step: int, given: Sequence[Sequence[tf.Tensor]] = tensors) -> tf.Tensor:
            return keras_scores(*given[step % len(given)])

        def exported(step: int, given: Sequence[Mapping[str, np.ndarray]] = inputs) -> Mapping[str, np.ndarray]:
            return servable.run(signatures.RANK, given[step % len(given)])

        seconds = measuring.median_seconds({"keras": by_keras, "exported": exported}, steps)
        rows.append(
            {
                "question": question.name,
                "largest_difference": difference,
                "keras_ms": 1e3 * seconds["keras"],
                "exported_ms": 1e3 * seconds["exported"],
                "exported_to_keras": seconds["exported"] / seconds["keras"],
            }
        )
    servable.close()
    return rows
