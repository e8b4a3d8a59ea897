"""Tiny logs for all end-to-end tests, and one pipeline on them that retrieves and ranks, run three times."""

import contextlib
import functools
import io
import json
import logging
import shutil
import sqlite3
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
COMPARED = ["evaluation.sasrec=true", "data.negatives=popularity"]
"""With a SASRec; and so that lists add popularity to what `rank` says."""
STRICT = "evaluation.margin=0.99"
"""Asks for more than any model can give, as the third run does."""
PROPERTIES = ("Artifact", "Execution", "Context")
"""What has properties in the metadata store."""

_HISTORY = ["data.recommendation_history=8", "data.search_history=8"]
# Whatever the models are worth, they are pushed. One rule and no judged queries: more take their time in each run.
_JUDGED = [
    "evaluation.margin=-1",
    "evaluation.must_beat_baselines=false",
    "evaluation.baselines=[popularity]",
    "evaluation.judged_queries=0",
]
SMALL = {
    "unisar-kuaisar": [
        *_HISTORY,
        *_JUDGED,
        "transform.words_per_query=4",
        "transform.words_per_title=4",
        "unisar.dim=16",
        "unisar.expert_units=8",
        "unisar.tower_units=[8]",
        "unisar.prediction_units=[8]",
        "unisar.query_item_negatives=16",
        "train.epochs=2",
        "train.batch_size=256",
    ],
    "unifiedssr-amazon-clothing": [
        *_HISTORY,
        *_JUDGED,
        "transform.words_per_query=4",
        "unifiedssr.dim=16",
        "unifiedssr.num_layers=1",
        # The log is its own log of pre-training, so what is pre-trained has seen what is fine-tuned on.
        "data.pretraining_events=Clothing_Shoes_and_Jewelry_5.json*",
        "train.epochs=20",
        "train.batch_size=32",
        "train.warmup_steps=20",
        "fine_tuning.epochs=2",
        "fine_tuning.validate_every=2",
        "fine_tuning.warmup_steps=20",
    ],
}
"""Everything else is the papers' own: their optimizer, schedules, losses, stopping, and sessions in the scores."""


@pytest.fixture(scope="session")
def tiny_config(tmp_path_factory) -> Path:
    """A configuration whose examples are made once for all tests that only train on them."""
    return tiny_logs.write(tmp_path_factory.mktemp("trained_on"), rules=())


@dataclass(frozen=True)
class ThreeRuns:
    """Two runs of one configuration, and one whose margin no model can reach.

    The log has prices, pictures, ages and purchases, too. All that the runs have made stays as they left it.

    Attributes:
        path: The file of the configuration.
        overrides: What it was told besides.
        config: Both together.
        reports: One of each run.
        said: What the first run has logged.
    """

    path: Path
    overrides: list
    config: object
    reports: list
    said: str

    def copy(self, folder: Path) -> tuple[Path, list]:
        """Copies the log, the configuration and all that was made into an empty folder, for a test that changes them.

        The copy's cache is empty: components look for their results by the paths that they read.

        Returns:
            The copied configuration's file, and what it has to be told besides.
        """
        old = str(self.path.parent)
        shutil.copytree(old, folder, symlinks=True, dirs_exist_ok=True)
        for text in (folder / self.path.name, *folder.glob("**/*.json")):
            text.write_text(text.read_text().replace(old, str(folder)))
        with contextlib.closing(sqlite3.connect(self.config.metadata_path.replace(old, str(folder)))) as store, store:
            for table, column in (("Artifact", "uri"), *((f"{of}Property", "string_value") for of in PROPERTIES)):
                store.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (old, str(folder)))
        return folder / self.path.name, [each.replace(old, str(folder)) for each in self.overrides]

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


@contextlib.contextmanager
def heard() -> Iterator[list]:
    """All that is logged within the context."""
    lines: list[str] = []
    handler = logging.Handler(logging.INFO)
    handler.emit = lambda record: lines.append(record.getMessage())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.fixture(scope="session")
def three_runs(tmp_path_factory) -> ThreeRuns:
    from tfx_pipeline.config.pipeline_config import load_config
    from tfx_pipeline.runners import local_runner  # Imports TFX: many seconds.

    folder = tmp_path_factory.mktemp("a shop")
    path = tiny_logs.write(folder)
    overrides = [*RETRIEVER, *tiny_logs.add_numbers(folder), *COMPARED]
    config = load_config(str(path), overrides)
    with heard() as lines:
        first = local_runner.run(config)
    strict = load_config(str(path), [*overrides, STRICT])
    reports = [first, *(local_runner.run(each) for each in (config, strict))]
    return ThreeRuns(path, overrides, config, reports, "\n".join(lines))


@dataclass(frozen=True)
class PaperRun:
    """A run of a paper's configuration on made data of the published layout.

    Attributes:
        command: The arguments of `tandem` that made it.
        config: Its configuration.
        figures: What the command printed.
        report: The run's report.
    """

    command: list
    config: object
    figures: dict
    report: dict


@pytest.fixture(scope="session")
def paper_run(tmp_path_factory):
    """Makes the run of a name in `SMALL`, once."""
    from tfx_pipeline.cli.main import main
    from tfx_pipeline.cli.running.paper_runs import PAPER_RUNS
    from tfx_pipeline.config.pipeline_config import load_config

    @functools.cache
    def run(name: str) -> PaperRun:
        folder = tmp_path_factory.mktemp("paper")
        data = folder / "a folder"
        file = str(PAPER_RUNS[name].config_path(name))
        made = ["--events", "4000", "--set", "generate.events_per_user=40", "--set", "generate.items=200"]
        assert main(["generate", "--config", file, "--output", str(data), *made, "--set", "generate.topics=20"]) == 0
        overrides = [f"root={folder / 'run'}", *SMALL[name]]
        command = ["reproduce", name, "--data", str(data), *(f"--set={each}" for each in overrides)]
        config = load_config(file, [f"data.path={json.dumps(str(data))}", *overrides])
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            assert main([*command, "--json"]) == 0
        # The libraries print to this process, too.
        figures = json.loads(printed.getvalue().splitlines()[-1])
        return PaperRun(command, config, figures, json.loads(Path(config.report_path).read_text()))

    return run
