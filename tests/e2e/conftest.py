"""Tiny logs for all end-to-end tests, and one pipeline on them that retrieves and ranks, run three times."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

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
    "evaluation.judged_queries=30",
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

    @property
    def models(self) -> list:
        """What each report says of the model."""
        return [report.models["tiny"] for report in self.reports]

    def artifact(self, component: str, output: str) -> Path:
        """The folder of an output that was made only once in all runs."""
        (folder,) = (Path(self.config.pipeline_root) / component / output).iterdir()
        return folder

    def records(self, split: str) -> Iterator[bytes]:
        """The serialized examples of a split."""
        for file in sorted((self.artifact("BehaviourExampleGen", "examples") / f"Split-{split}").glob("*.gz")):
            for record in tf.data.TFRecordDataset(str(file), compression_type="GZIP"):
                yield record.numpy()

    @property
    def version(self) -> Path:
        """The only version that was pushed."""
        (version,) = Path(self.config.pushed_model_dir).iterdir()
        return version

    def signatures(self) -> dict:
        """The pushed model's signatures, as TF Serving's loader reads them; loading the functions takes a minute."""
        (graph,) = saved_model_pb2.SavedModel.FromString((self.version / "saved_model.pb").read_bytes()).meta_graphs
        # Names that begin so are the loader's own.
        return {name: each for name, each in graph.signature_def.items() if not name.startswith("__")}


@pytest.fixture(scope="session")
def three_runs(tmp_path_factory) -> ThreeRuns:
    from tfx_pipeline.config.pipeline_config import load_config
    from tfx_pipeline.runners import local_runner  # Imports TFX: many seconds.

    path = tiny_logs.write(Path(tmp_path_factory.mktemp("tiny")))
    # So that lists add popularity to what `rank` says.
    settings = [*RETRIEVER, "data.negatives=popularity"]
    config = load_config(str(path), settings)
    # The third run asks for more than any model can give.
    strict = load_config(str(path), [*settings, "evaluation.margin=0.99"])
    return ThreeRuns(config, [local_runner.run(each) for each in (config, config, strict)])
