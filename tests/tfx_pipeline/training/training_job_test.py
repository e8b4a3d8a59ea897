"""What a training reads; `tests/e2e` trains for real."""

import pytest

from models.unisar.unisar_config import UniSARConfig
from tfx_pipeline.config.training_config import SettledTrainConfig
from tfx_pipeline.training import training_job


class _Stop(Exception):
    pass


class _Model:
    def compile(self, **_):
        raise _Stop


def test_training_reads_the_weights_of_its_rows_and_validation_does_not(monkeypatch):
    read = {}

    def joint_batches(files, *_, with_weights=False, **__):
        read[files] = with_weights

    monkeypatch.setattr(training_job.tft, "TFTransformOutput", lambda _: None)
    monkeypatch.setattr(training_job, "read_catalog", lambda *_: None)
    monkeypatch.setattr(training_job, "build_model", lambda *_: _Model())
    monkeypatch.setattr(training_job.inputs, "joint_batches", joint_batches)
    nowhere = dict.fromkeys(("transform_graph", "model_dir", "log_dir", "checkpoint_dir"), "")
    files = {"train_files": ("t",), "validation_files": ("v",), "catalog_files": ()}
    job = training_job.TrainingJob("unisar", UniSARConfig(), SettledTrainConfig(), **files, **nowhere)
    with pytest.raises(_Stop):
        training_job.run(job)
    assert read == {("t",): True, ("v",): False}
