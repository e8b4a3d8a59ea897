"""What a training reads; `tests/e2e` trains for real."""

import datetime
import json
import logging
import math
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from models.unisar.unisar_config import UniSARConfig
from schemas.canonical_event import Surface
from tests.support import event_logs
from tfx_pipeline.config.calibration_config import CalibrationConfig
from tfx_pipeline.config.training_config import SettledTrainConfig
from tfx_pipeline.training import training_job
from tfx_pipeline.training.callbacks import EpochLines, OnlySurfaces, ResumableEarlyStopping
from tfx_pipeline.training.event_logs import run_links
from tfx_pipeline.training.event_logs.epoch_logs import EpochLogs
from tfx_pipeline.training.event_logs.step_logs import StepLogs
from tfx_pipeline.training.gradient_cosine import GradientCosine


class _Stop(Exception):
    pass


class _Optimizer:
    def apply(self, gradients):
        raise AssertionError("Nothing is trained.")


class _Model:
    """Notes what it is trained with, and stops there."""

    layers = trainable_weights = ()
    optimizer = _Optimizer()

    needs_engagements = False
    has_features = False
    validated = None

    def compile(self, **_):
        pass

    def call(self, inputs, training):
        raise AssertionError("Nothing is computed.")

    def count_params(self):
        return 0

    def set_engagement_tables(self, tables):
        self.tables = tables

    def start_from_features(self, batches):
        self.started = batches
        return self.has_features

    def set_learned_shares(self, shares):
        raise AssertionError("Nothing was learned.")

    def evaluate(self, batches, **_):
        self.validated = batches
        return {"loss": 2.0, "ndcg_at_5": 0.25, "ndcg_at_5_search": 0.5}

    def save_weights(self, path):
        path.write_text("the start")

    def fit(self, batches, callbacks, **_):
        self.batches, self.callbacks = batches, callbacks
        raise _Stop


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Runs a training as far as its first step: the model, and the settings of its batches by their files."""

    def until_it_trains(model=None, start_from="", **settings):
        model, asked = model or _Model(), {}

        def joint_batches(files, *_, **of):
            asked.setdefault(files, []).append(of)
            return tf.data.Dataset.from_tensors(0)

        monkeypatch.setattr(training_job.tft, "TFTransformOutput", lambda _: None)
        monkeypatch.setattr(training_job, "read_catalog", lambda *_: None)
        monkeypatch.setattr(training_job, "build_model", lambda *_: model)
        monkeypatch.setattr(training_job, "read_engagements", lambda files, *_: files)
        monkeypatch.setattr(training_job.trained_weights, "load", lambda *_: None)
        monkeypatch.setattr(training_job.inputs, "joint_batches", joint_batches)
        nowhere = dict.fromkeys(("transform_graph", "model_dir", "log_dir", "checkpoint_dir"), str(tmp_path))
        files = {"train_files": ("t",), "validation_files": ("v",), "catalog_files": ()}
        job = training_job.TrainingJob(
            "unisar", UniSARConfig(), SettledTrainConfig(**settings), **files, **nowhere, start_from=start_from
        )
        with pytest.raises(_Stop):
            training_job.run(job)
        return model, asked

    return until_it_trains


def test_training_reads_the_weights_of_its_rows_and_validation_does_not(run):
    _, asked = run()
    assert [of["with_weights"] for of in asked["t",] if "with_weights" in of] == [True]
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
    assert [of["one_surface_a_batch"] for of in asked["t",] if "one_surface_a_batch" in of] == batches
    compared = [isinstance(each, GradientCosine) for each in model.callbacks]
    assert compared.count(True) == len(batches) - 1
    if len(batches) == 2:  # It comes before what writes down an epoch, and behind what counts its rows.
        kinds = [type(each) for each in model.callbacks]
        assert kinds.index(StepLogs) < kinds.index(GradientCosine) < kinds.index(EpochLogs)


@pytest.mark.parametrize("asked_for", [False, True])
def test_gradients_are_projected_while_it_trains_if_that_is_asked_for(asked_for, run, monkeypatch):
    states = []

    @contextmanager
    def projected_gradients(model):
        states.append(hasattr(model, "callbacks"))
        try:
            yield
        finally:
            states.append(hasattr(model, "callbacks"))

    monkeypatch.setattr(training_job, "projected_gradients", projected_gradients)
    run(gradient_projection=asked_for)
    assert states == ([False, True] if asked_for else [])


def test_a_training_starts_from_the_features_of_candidates_unless_from_other_weights(run):
    model, asked = run()
    assert model.started is not None
    # Read as training reads, but for labels: of them the features are told apart.
    assert not asked["t",][0].get("with_labels")
    model, _ = run(start_from="model")
    assert not hasattr(model, "started")


def test_a_start_from_features_is_validated_and_kept_as_the_first_that_is_good(run, tmp_path, caplog):
    model = _Model()
    model.has_features = True
    with caplog.at_level(logging.INFO):
        run(model)
    assert "Before the first epoch: NDCG@5 search 0.5000" in caplog.messages
    (state,) = tmp_path.glob("*/early_stopping.json")
    validation = {"val_loss": 2.0, "val_ndcg_at_5": 0.25, "val_ndcg_at_5_search": 0.5}
    assert json.loads(state.read_text())["best_logs"] == {"epoch": 0} | validation
    assert (state.parent / "best.weights.h5").read_text() == "the start"
    # The same training again, after an interruption: what was kept stays.
    again = _Model()
    again.has_features = True
    run(again)
    assert again.validated is None
    plain, _ = run(epochs=7, seed=1)
    assert plain.validated is None


@pytest.mark.parametrize("surface", Surface)
def test_a_surface_that_is_not_trained_has_no_numbers(surface, run, tmp_path):
    """It has no rows, so that its metrics and losses are 0."""
    values = {"val_loss": 2.0, "val_ndcg_at_5": 0.25}
    zeros = {f"{name}_{each.value}": 0.0 for each in Surface for name in ("click_loss", "val_ndcg_at_5")}
    model = _Model()
    model.has_features = True
    model.evaluate = lambda *_, **__: {name.removeprefix("val_"): value for name, value in (values | zeros).items()}
    run(model, surfaces=(surface.value,))
    own = {name: value for name, value in zeros.items() if name.endswith(surface.value)}
    (state,) = tmp_path.glob("*/early_stopping.json")
    kept = {f"val_{name.removeprefix('val_')}": value for name, value in (values | own).items()}
    assert json.loads(state.read_text())["best_logs"] == {"epoch": 0} | kept
    (only,) = [each for each in model.callbacks if isinstance(each, OnlySurfaces)]
    logs = values | zeros
    only.on_epoch_end(0, logs)
    assert logs == values | own
    # Before whatever keeps or tells them.
    kinds = [type(each) for each in model.callbacks]
    assert kinds.index(OnlySurfaces) < min(map(kinds.index, (ResumableEarlyStopping, EpochLogs, EpochLines)))
    both, _ = run()
    (only,) = [each for each in both.callbacks if isinstance(each, OnlySurfaces)]
    only.on_epoch_end(0, logs := values | zeros)
    assert logs == values | zeros


@pytest.mark.parametrize(
    ("has_features", "best_epoch", "keep_best", "is_weighed"),
    [(True, 2, True, True), (True, 0, True, False), (True, 2, False, False), (False, 2, True, False)],
)
def test_what_was_learned_is_weighed_against_the_start_and_so_validated(
    has_features, best_epoch, keep_best, is_weighed, run, tmp_path, monkeypatch, caplog
):
    """Unless nothing learned is better than the start, the last epoch was asked for, or there is no start."""

    class Trained(_Model):
        def set_learned_shares(self, shares):
            self.share = shares[Surface.SEARCH]

        def evaluate(self, batches, **_):
            # The start is worse than half of it.
            share = getattr(self, "share", 1.0)
            return {"loss": 2.0, "ndcg_at_5": 0.1, "ndcg_at_5_search": 0.75 - abs(share - 0.5)}

        def fit(self, batches, callbacks, **_):
            (stopping,) = [each for each in callbacks if isinstance(each, ResumableEarlyStopping)]
            stopping.best_logs = {"epoch": best_epoch, "val_ndcg_at_5_search": 0.25}
            return SimpleNamespace(epoch=[0, 1, 2])

    model = Trained()
    model.has_features = has_features

    def save(*_):
        raise _Stop

    monkeypatch.setattr(training_job.trained_weights, "save", save)
    with caplog.at_level(logging.INFO):
        run(model, keep_best_epoch=keep_best)
    told = json.loads((tmp_path / training_job.VALIDATION_FILE).read_text())
    line = "Of the scores, what was learned is 50% in search; the rest is the start: NDCG@5 search 0.7500"
    assert (line in caplog.messages) == is_weighed
    assert told["epochs"] == 3
    assert (told["epoch"], told["val_ndcg_at_5_search"]) == (best_epoch, 0.75 if is_weighed else 0.25)
    assert getattr(model, "share", None) == (0.5 if is_weighed else None)


def test_a_model_that_asks_for_engagements_gets_them_and_the_labels_of_training_alone(run):
    model = _Model()
    model.needs_engagements = True
    model, asked = run(model, gradient_cosine=True)
    assert model.tables == ("t",)
    assert [of["with_labels"] for of in asked["t",] if "with_labels" in of] == [True, True]
    assert not any(of.get("with_labels") for of in asked["v",])
    model, asked = run()
    assert not hasattr(model, "tables") and not any(of.get("with_labels") for of in asked["t",])


def test_scores_are_calibrated_on_validation_by_the_weights_that_are_exported(monkeypatch, tmp_path):
    """A model with one logit for what is clicked, 2, and one for all else, 0: of five candidates one is clicked."""

    class Model:
        def item_embeddings(self):
            return tf.constant([0.0, 2.0, 0.0, 0.0])

        def score(self, inputs, item_table):
            return tf.gather(item_table, inputs["candidate_items"])

    rows = ({"search": {"candidate_items": tf.constant([[1, 2]] * 40)}}, {"search": tf.constant([[1.0, 0.0]] * 40)})
    exported, nowhere = [], dict.fromkeys(("transform_graph", "model_dir", "log_dir", "checkpoint_dir"), str(tmp_path))
    files = {"train_files": ("t",), "validation_files": ("v",), "catalog_files": ()}
    calibration = training_job.Calibration(CalibrationConfig("platt", 5.0))
    for of, surfaces in ((calibration, {"search"}), (None, None)):
        settings = SettledTrainConfig(surfaces=("search",))
        job = training_job.TrainingJob("unisar", UniSARConfig(), settings, **files, **nowhere, calibration=of)
        catalog = SimpleNamespace(engagements=np.zeros(4, np.int64))
        trained = training_job.Trained(job, Model(), None, catalog, None, {})
        monkeypatch.setattr(training_job, "train", lambda _, trained=trained: trained)
        monkeypatch.setattr(training_job.trained_weights, "save", lambda *_: None)
        monkeypatch.setattr(training_job, "write_projector", lambda *_: None)
        monkeypatch.setattr(training_job, "_names", lambda *_: None)
        monkeypatch.setattr(training_job.inputs, "joint_batches", lambda files, *_, **__: [rows] * (files == ("v",)))
        monkeypatch.setattr(training_job.inputs, "count_examples", lambda *_, **__: 40)
        monkeypatch.setattr(training_job, "export", lambda *_, maps: exported.append(maps))
        training_job.run(job)
        assert (exported[-1] and set(exported[-1])) == surfaces
    line = exported[0]["search"]
    # With Platt's targets, of 40 clicks 41 / 42 are, and of the 160 negatives that 40 stand for, 1 / 162.
    np.testing.assert_allclose(line.intercept, -math.log(161), rtol=1e-4)
    np.testing.assert_allclose(2 * line.slope + line.intercept, math.log(41), rtol=1e-4)


def test_a_training_that_goes_on_another_day_keeps_its_name_and_what_it_wrote(run, tmp_path, monkeypatch):
    days = iter((26, 30, 30))

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 11, next(days), 23, 59)

    monkeypatch.setattr(run_links.datetime, "datetime", Clock)

    def names():
        return sorted(path.name for path in (tmp_path / "names").iterdir())

    with run_links.shown_in(str(tmp_path / "names")):
        for _ in range(2):
            model = _Model()
            model.has_features = True
            run(model)
            assert len(names()) == 1 and names()[0].endswith("2026-11-26 23:59")
        assert model.validated is None
        # What the first attempt wrote, which TFX would have removed.
        (state,) = tmp_path.glob("*/shown.json")
        assert event_logs.scalars_of(state.parent / "logs" / "validation")["ndcg@5/search"] == [(0, 0.5)]
        run(epochs=7, seed=1)  # Another one.
    assert [name[-16:] for name in names()] == ["2026-11-26 23:59", "2026-11-30 23:59"]
