"""What a training reads; `tests/e2e` trains for real."""

import pytest
import tensorflow as tf

from models.unisar.unisar_config import UniSARConfig
from tfx_pipeline.config.training_config import SettledTrainConfig
from tfx_pipeline.training import training_job
from tfx_pipeline.training.gradient_cosine import GradientCosine


class _Stop(Exception):
    pass


class _Model:
    """Notes what it is trained with, and stops there."""

    def compile(self, **_):
        pass

    def count_params(self):
        return 0

    def fit(self, batches, callbacks, **_):
        self.batches, self.callbacks = batches, callbacks
        raise _Stop


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Runs a training as far as its first step: the model, and the settings of its batches by their files."""

    def until_it_trains(**settings):
        model, asked = _Model(), {}

        def joint_batches(files, *_, **of):
            asked.setdefault(files, []).append(of)
            return tf.data.Dataset.from_tensors(0)

        monkeypatch.setattr(training_job.tft, "TFTransformOutput", lambda _: None)
        monkeypatch.setattr(training_job, "read_catalog", lambda *_: None)
        monkeypatch.setattr(training_job, "build_model", lambda *_: model)
        monkeypatch.setattr(training_job.inputs, "joint_batches", joint_batches)
        nowhere = dict.fromkeys(("transform_graph", "model_dir", "log_dir", "checkpoint_dir"), str(tmp_path))
        files = {"train_files": ("t",), "validation_files": ("v",), "catalog_files": ()}
        job = training_job.TrainingJob("unisar", UniSARConfig(), SettledTrainConfig(**settings), **files, **nowhere)
        with pytest.raises(_Stop):
            training_job.run(job)
        return model, asked

    return until_it_trains


def test_training_reads_the_weights_of_its_rows_and_validation_does_not(run):
    _, asked = run()
    assert [of["with_weights"] for of in asked["t",]] == [True]
    assert not any(of.get("with_weights") for of in asked["v",])


@pytest.mark.parametrize(
    ("settings", "batches"),
    [
        ({}, [False]),
        ({"one_surface_a_batch": True}, [True]),
        # Gradients of both surfaces are compared on batches that hold both.
        ({"one_surface_a_batch": True, "gradient_cosine": True}, [True, False]),
        # There is nothing to compare one with.
        ({"gradient_cosine": True, "surfaces": ("search",)}, [False]),
    ],
)
def test_gradients_are_compared_where_asked_for_and_there_are_two(settings, batches, run):
    model, asked = run(**settings)
    assert [of["one_surface_a_batch"] for of in asked["t",]] == batches
    compared = [isinstance(each, GradientCosine) for each in model.callbacks]
    # Before whatever writes down an epoch.
    assert compared.count(True) == len(batches) - 1 and compared[0] == (len(batches) == 2)
