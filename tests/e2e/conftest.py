"""Tiny logs for all end-to-end tests, and one pipeline on them that retrieves and ranks, run three times."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import tiny_logs

RETRIEVER = [
    "retriever.model=unifiedssr",
    "retriever.retrieved=20",
    "retriever.train.epochs=3",
    "retriever.train.batch_size=16",
    "retriever.train.sequence_ends_only=true",
    "unifiedssr.dim=16",
    "unifiedssr.num_layers=1",
    "unifiedssr.item_attributes=true",
    "unifiedssr.loss=softmax",
    "unifiedssr.softmax_negatives=32",
]


@pytest.fixture(scope="session")
def tiny_config(tmp_path_factory) -> Path:
    """A configuration whose examples are made once for all tests that only train on them."""
    return tiny_logs.write(tmp_path_factory.mktemp("trained_on"))


@dataclass(frozen=True)
class ThreeRuns:
    """Two runs of one configuration, and one whose margin no model can reach."""

    config: object
    reports: list


@pytest.fixture(scope="session")
def three_runs(tmp_path_factory) -> ThreeRuns:
    from tfx_pipeline.config.pipeline_config import load_config
    from tfx_pipeline.runners import local_runner  # Imports TFX: many seconds.

    path = tiny_logs.write(Path(tmp_path_factory.mktemp("tiny")))
    config = load_config(str(path), RETRIEVER)
    # The third run asks for more than any model can give.
    strict = load_config(str(path), [*RETRIEVER, "evaluation.margin=0.99"])
    return ThreeRuns(config, [local_runner.run(each) for each in (config, config, strict)])
