"""One training: from transformed examples to an exported model, picked up where it was interrupted."""

import dataclasses
import hashlib
import json
import logging
import math
import shutil
import warnings
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
import tensorflow_transform as tft

from models import registry
from models.catalogue import Catalogue
from models.contract import KnowsEngagements, StartsFromFeatures
from schemas import features
from schemas.score_map import ScoreMap
from tfx_pipeline.config.loading import as_dict, from_dict
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.config.sources_config import SourcesConfig
from tfx_pipeline.config.training_config import BOTH_SURFACES, SettledTrainConfig, TrainConfig
from tfx_pipeline.export import saved_model
from tfx_pipeline.export.catalogue.retrieval_index import BRUTE_FORCE
from tfx_pipeline.export.sources.read_tables import read_tables
from tfx_pipeline.training import (
    automatic_training,
    inputs,
    learned_share,
    skipped_rows,
    trained_weights,
    warm_start,
)
from tfx_pipeline.training.calibration import Calibration, score_maps
from tfx_pipeline.training.callbacks import (
    AveragedWeights,
    EpochLines,
    FiniteLoss,
    OnlySurfaces,
    ResumableEarlyStopping,
    ResumableReduceLROnPlateau,
    ResumableStop,
    TrainingProgress,
    of_surfaces,
    report_shares,
    report_start,
)
from tfx_pipeline.training.engagement_tables import read_engagements
from tfx_pipeline.training.event_logs import earlier_logs, run_links
from tfx_pipeline.training.event_logs.chart_layout import write_layout
from tfx_pipeline.training.event_logs.epoch_logs import EpochLogs, mark_best, write_epoch
from tfx_pipeline.training.event_logs.event_writers import EventWriters
from tfx_pipeline.training.event_logs.gradient_norms import watched_gradients
from tfx_pipeline.training.event_logs.layer_graph import GraphLog, traced_call
from tfx_pipeline.training.event_logs.model_looks import ModelLooks
from tfx_pipeline.training.event_logs.projector import ITEMS, WORDS, Names, write_projector
from tfx_pipeline.training.event_logs.row_logs import RowLogs
from tfx_pipeline.training.event_logs.run_settings import write_settings
from tfx_pipeline.training.event_logs.step_logs import StepLogs
from tfx_pipeline.training.event_logs.step_profile import StepProfile
from tfx_pipeline.training.event_logs.weight_logs import WeightLogs
from tfx_pipeline.training.gradient_cosine import GradientCosine
from tfx_pipeline.training.gradient_projection import projected_gradients
from tfx_pipeline.training.optimizer import make_optimizer
from tfx_pipeline.transform import vocabularies

VALIDATION_METRIC = "val_ndcg_at_5"
"""Mean over the surfaces; early stopping and the learning rate follow it."""

VALIDATION_FILE = "validation.json"
"""Beside TensorBoard's logs: the metrics of the epoch whose weights are exported, and `PARAMETERS`."""
PARAMETERS = "parameters"
"""In that file, how many numbers the training learns: those of its trainable weights."""
EPOCHS = "epochs"
"""In that file, the number of the last epoch."""
_BACKUP = "backup"
"""In the folder of a training's state, what Keras keeps after each epoch."""
_LEAST_VALIDATION_ROWS = 1024
_ROWS_TO_START_FROM = 1024
_LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class TrainingJob:
    """Everything that one training needs.

    Attributes:
        model_name: A name in `models.registry`.
        model_config: That model's configuration.
        train: How to train.
        train_files: Patterns of transformed examples.
        validation_files: Patterns of transformed examples.
        catalog_files: Patterns of transformed items.
        transform_graph: The Transform output that wrote them.
        model_dir: Where the SavedModel goes.
        log_dir: Where TensorBoard's logs go.
        checkpoint_dir: Where interrupted trainings leave their state, each in a folder of its own.
        context: What the model is told of the moment of a request, in the order of the feature's columns.
        retrieval_index: How the exported model finds items, if it retrieves.
        sources: By which further sources the exported model finds items, if it retrieves; None for no further ones.
        audience_files: Patterns of transformed users; none where nothing is known of them but their ids.
        start_from: The folder of the SavedModel of an earlier training whose weights this one starts from; with
            `train.warm_start`, the folder that WarmStart has made. Empty starts anew.
        calibration: What served scores are calibrated to; None: they are plain sigmoids.
    """

    model_name: str
    model_config: Any
    train: TrainConfig
    train_files: tuple[str, ...]
    validation_files: tuple[str, ...]
    catalog_files: tuple[str, ...]
    transform_graph: str
    model_dir: str
    log_dir: str
    checkpoint_dir: str
    context: tuple[str, ...] = ()
    retrieval_index: str = BRUTE_FORCE
    sources: SourcesConfig | None = None
    audience_files: tuple[str, ...] = ()
    start_from: str = ""
    calibration: Calibration | None = None

    @property
    def starts_warm(self) -> bool:
        """Whether it is to start from the last pushed model. The trials of a search are not."""
        return self.train.warm_start and bool(self.start_from)

    @property
    def state_dir(self) -> Path:
        """Where this very training (same data, model and settings) leaves its state.

        The number of epochs is left out: a training may be continued for longer. `run` settles what is `auto` first.
        """
        settings = {name: value for name, value in as_dict(self.train).items() if name != "epochs"}
        data = [self.transform_graph, self.train_files, self.start_from]
        told = [self.model_name, as_dict(self.model_config), settings, *data]
        return Path(self.checkpoint_dir) / hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def custom_config(
    config: PipelineConfig,
    model_name: str,
    train: TrainConfig,
    sources: SourcesConfig | None = None,
    calibration: Calibration | None = None,
) -> dict[str, Any]:
    """What of a run's configuration a Trainer depends on, as plain values: a change in it trains anew."""
    return {
        "model_name": model_name,
        "model_config": as_dict(getattr(config, model_name)),
        "train": as_dict(train),
        "checkpoint_dir": config.checkpoint_dir,
        "context": list(config.transform.context),
        "retrieval_index": config.export.retrieval_index,
        **({"sources": as_dict(sources)} if sources else {}),
        **({"calibration": as_dict(calibration)} if calibration else {}),
    }


def from_custom_config(values: Mapping[str, Any]) -> dict[str, Any]:
    """Reads back what `custom_config` made, as arguments of `TrainingJob`."""
    config_class = registry.config_class(values["model_name"])
    return {
        **values,
        "model_config": from_dict(config_class, values["model_config"]),
        "train": from_dict(TrainConfig, values["train"]),
        "context": tuple(values["context"]),
        "sources": from_dict(SourcesConfig, values["sources"]) if "sources" in values else None,
        "calibration": from_dict(Calibration, values["calibration"]) if "calibration" in values else None,
    }


def files_of_split(patterns: Sequence[str], *splits: str) -> tuple[str, ...]:
    """Those of an Examples artifact's file patterns that belong to one of the splits."""
    folders = [f"Split-{split}" for split in splits]
    return tuple(pattern for pattern in patterns if Path(pattern).parent.name in folders)


@dataclasses.dataclass(frozen=True)
class Trained:
    """A model that was trained, and what its export needs.

    Attributes:
        job: Its training, in which nothing is `auto` any more.
        model: The model, with the weights that are kept.
        transform_output: The vocabularies of its examples.
        catalog: What is known of the items.
        history: What `fit` returned.
        best_logs: What validation measured of the weights that are kept, named as `fit` names it, and their `epoch`.
    """

    job: TrainingJob
    model: keras.Model
    transform_output: tft.TFTransformOutput
    catalog: Catalogue
    history: keras.callbacks.History
    best_logs: Mapping[str, float]


def run(job: TrainingJob) -> keras.callbacks.History:
    """Trains and exports.

    A training that was interrupted goes on at the epoch after the last whole one. The exported weights are those of the
    epoch that was best on the validation split, among which a start from features or from earlier weights counts. It
    may remain a part of the scores (`learned_share`).
    """
    trained = train(job)
    with earlier_logs.kept_if_it_fails(trained.job.state_dir, job.log_dir):
        trained_weights.save(trained.model, job.model_dir)
        write_projector(job.log_dir, trained.model, _names(trained.transform_output, trained.catalog))
        maps = _calibrated(trained, job.calibration) if job.calibration else None
        export(trained.model, trained.job, trained.transform_output, trained.catalog, maps=maps)
        if trained.job.starts_warm:
            warm_start.leave(trained.model, *_of_model(job), trained.transform_output, job.start_from, job.model_dir)
    # Only now, and all at once: what is left of a finished training would mislead the next of the same settings.
    shutil.rmtree(trained.job.state_dir, ignore_errors=True)
    return trained.history


def train(job: TrainingJob, callbacks: Sequence[keras.callbacks.Callback] = (), of: str = "") -> Trained:
    """Trains without exporting, and leaves the state in its folder, so that the training can go on for longer.

    Args:
        job: The training.
        callbacks: Further callbacks; they hear of an epoch after all others.
        of: What the training is one of, for its progress, such as `trial 3 of 20`; empty if it is the only one.
    """
    train, chosen = _settled(job)
    job = dataclasses.replace(job, train=train)
    shown = run_links.show(job.log_dir, job.model_name, earlier_logs.read(job.state_dir))
    own_name = shown.name if shown.is_by_moment else ""
    earlier_logs.take_over(job.state_dir, job.log_dir, own_name, _whole_epochs(job.state_dir))
    with earlier_logs.kept_if_it_fails(job.state_dir, job.log_dir):
        return _train(job, train, shown.name, chosen, callbacks, of)


def _train(
    job: TrainingJob,
    train: SettledTrainConfig,
    name: str,
    chosen: str,
    callbacks: Sequence[keras.callbacks.Callback],
    of: str,
) -> Trained:
    """`train` of a job without any `auto`, which is shown by its name already."""
    writers = EventWriters(job.log_dir)
    keras.utils.set_random_seed(job.train.seed)
    transform_output = tft.TFTransformOutput(job.transform_graph)
    catalog = read_catalog(job, transform_output)
    model = build_model(job, transform_output, catalog)
    if job.start_from and not job.starts_warm:
        trained_weights.load(model, job.start_from)
    needs_engagements = isinstance(model, KnowsEngagements) and model.needs_engagements
    if needs_engagements:
        model.set_engagement_tables(read_engagements(job.train_files, transform_output, catalog))
    has_start = False
    if isinstance(model, StartsFromFeatures) and (job.starts_warm or not job.start_from):
        has_start = model.start_from_features(_first_batches(job, train, transform_output))
    begun = None
    if job.starts_warm:
        # After the start from features: that sets what is a part of the scores beside what was learned, and stays.
        begun = warm_start.begin(model, *_of_model(job), transform_output, job.start_from)
        warm_start.tell(begun, job.log_dir)
        writers.text("settings/warm start", begun.text)
    is_warm = begun is not None and begun.is_warm
    is_good_at_first = has_start or is_warm
    batches = _batches(job, train, transform_output, train.one_surface_a_batch, needs_engagements)
    validation = _validation(job, train.batch_size, transform_output)
    model.compile(optimizer=make_optimizer(train, job.model_config.dim), jit_compile=train.jit_compile)
    write_settings(writers, _settings(job, train), trial=name)
    write_layout(writers)
    _report_start(job, model, train, chosen, writers)
    averaged_weights = AveragedWeights() if train.ema_momentum else None
    early_stopping = _early_stopping(job, train, averaged_weights)
    if is_good_at_first and not early_stopping.has_begun:
        _count_start(model, validation, train, early_stopping, writers)
    projection = projected_gradients(model) if train.gradient_projection else nullcontext()
    with projection, watched_gradients(model) as norms, traced_call(model) as call, warnings.catch_warnings():
        # What Keras says at the end of the first epoch over files whose rows nobody has counted: nothing is amiss.
        warnings.filterwarnings("ignore", message="Your input ran out of data", category=UserWarning)
        history = model.fit(
            batches,
            validation_data=validation,
            validation_freq=train.validate_every,
            epochs=train.epochs,
            callbacks=[
                StepLogs(writers, norms),
                GraphLog(writers, call),
                StepProfile(job.log_dir),
                WeightLogs(writers),
                RowLogs(writers, lambda: _skipped(job, train, transform_output, model)),
                ModelLooks(writers, lambda: next(iter(validation))[0]),
                *_gradient_cosine(job, train, transform_output, needs_engagements),
                *_callbacks(job, train, early_stopping, averaged_weights, writers, of),
                *callbacks,
            ],
            verbose=0,
        )
    # If the start from features is best, nothing was learned; a warm start was, on other days.
    if has_start and train.keep_best_epoch and (early_stopping.best_logs.get("epoch") or is_warm):
        early_stopping.best_logs |= _weigh_what_was_learned(model, validation, train, early_stopping.best_logs)
    if train.keep_best_epoch and early_stopping.best_logs:
        mark_best(writers, early_stopping.best_logs)
        writers.close()
    told = {
        **early_stopping.best_logs,
        PARAMETERS: sum(math.prod(each.shape) for each in model.trainable_weights),
        EPOCHS: max(history.epoch, default=train.epochs - 1) + 1,
    }
    (Path(job.log_dir) / VALIDATION_FILE).write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    return Trained(job, model, transform_output, catalog, history, early_stopping.best_logs)


def _of_model(job: TrainingJob) -> tuple[str, dict[str, Any]]:
    """Which model it is, and its configuration as plain values."""
    return job.model_name, as_dict(job.model_config)


def _whole_epochs(state_dir: Path) -> int:
    """After which epoch an interrupted training goes on; 0 if none was whole."""
    told = state_dir / _BACKUP / "training_metadata.json"
    return int(json.loads(told.read_text(encoding="utf-8"))["epoch"]) if told.exists() else 0


def _settings(job: TrainingJob, train: SettledTrainConfig) -> dict[str, Any]:
    """The settings of a training as plain values, what was `auto` as it was chosen."""
    told = {
        "model": job.model_name,
        "context": job.context,
        "starts_from_weights": bool(job.start_from) and not job.starts_warm,
    }
    return {**told, job.model_name: as_dict(job.model_config), "train": as_dict(train)}


def _names(transform_output: tft.TFTransformOutput, catalog: Catalogue) -> Names:
    """What the indices of items, words and categories stand for, and how many users there are."""

    def values(name: str) -> list[bytes]:
        return list(transform_output.vocabulary_by_name(name))

    levels = [values(features.category_vocabulary(level)) for level in range(catalog.categories.shape[1])]
    tables = {ITEMS: features.ITEM_VOCABULARY, WORDS: features.WORD_VOCABULARY}
    users = int(transform_output.vocabulary_size_by_name(features.USER_VOCABULARY))
    return Names({kind: values(name) for kind, name in tables.items()}, users, levels, catalog)


def _batches(
    job: TrainingJob,
    train: SettledTrainConfig,
    transform_output: tft.TFTransformOutput,
    one_surface_a_batch: bool,
    with_labels: bool,
) -> tf.data.Dataset:
    return inputs.joint_batches(
        job.train_files,
        transform_output,
        train.batch_size,
        shuffle_buffer=train.shuffle_buffer,
        seed=train.seed,
        surfaces=train.surfaces,
        sequence_ends_only=train.sequence_ends_only,
        one_surface_a_batch=one_surface_a_batch,
        negatives=train.negatives,
        with_weights=True,
        with_labels=with_labels,
    )


def _validation(job: TrainingJob, rows: int, transform_output: tft.TFTransformOutput) -> tf.data.Dataset:
    rows = max(rows, _LEAST_VALIDATION_ROWS)
    return inputs.joint_batches(job.validation_files, transform_output, rows, surfaces=job.train.surfaces)


def _skipped(
    job: TrainingJob, train: SettledTrainConfig, transform_output: tft.TFTransformOutput, model: keras.Model
) -> dict[str, float]:
    batches = inputs.joint_batches(
        job.train_files,
        transform_output,
        train.batch_size,
        surfaces=train.surfaces,
        sequence_ends_only=train.sequence_ends_only,
        one_surface_a_batch=train.one_surface_a_batch,
        with_weights=True,
    )
    not_read = skipped_rows.not_read(job.train_files, train.surfaces, train.sequence_ends_only)
    return not_read | skipped_rows.without_effect(batches, model, train.negatives)


def _first_batches(
    job: TrainingJob, train: SettledTrainConfig, transform_output: tft.TFTransformOutput
) -> tf.data.Dataset:
    return inputs.joint_batches(
        job.train_files,
        transform_output,
        _ROWS_TO_START_FROM,
        shuffle_buffer=train.shuffle_buffer,
        seed=train.seed,
        surfaces=train.surfaces,
        negatives=train.negatives,
    )


def _gradient_cosine(
    job: TrainingJob, train: SettledTrainConfig, transform_output: tft.TFTransformOutput, with_labels: bool
) -> list[keras.callbacks.Callback]:
    """What compares the gradients of both surfaces, if that is asked for; first, so that TensorBoard gets it."""
    if not train.gradient_cosine or set(train.surfaces) != set(BOTH_SURFACES):
        return []
    return [GradientCosine(_batches(job, train, transform_output, False, with_labels))]


def export(
    model: keras.Model,
    job: TrainingJob,
    transform_output: tft.TFTransformOutput,
    catalog: Catalogue,
    trained_output: tft.TFTransformOutput | None = None,
    maps: Mapping[str, ScoreMap] | None = None,
) -> None:
    """Writes the SavedModel of a trained model.

    Args:
        model: The model.
        job: Its training.
        transform_output: The vocabularies of the model.
        catalog: What is known of its items.
        trained_output: The vocabularies of the training examples; None if they are the model's.
        maps: How its scores are calibrated, by the surface's value; None if they are not.
    """
    tables = None
    if job.sources:
        tables = read_tables(as_dict(job.sources), catalog, transform_output, job.train_files, trained_output)
    saved_model.save(
        model,
        transform_output,
        job.model_dir,
        catalog.categories,
        job.retrieval_index,
        catalog.engagements,
        tables,
        maps,
    )


def _calibrated(trained: Trained, calibration: Calibration) -> dict[str, ScoreMap]:
    """Fits the maps from the logits of the exported weights to probabilities, on the validation split."""
    job = trained.job
    return score_maps(
        trained.model,
        _validation(job, _LEAST_VALIDATION_ROWS, trained.transform_output),
        inputs.count_examples(job.validation_files, job.train.surfaces, sequence_ends_only=False),
        calibration,
        trained.catalog.engagements,
        job.train.surfaces,
    )


def read_catalog(job: TrainingJob, transform_output: tft.TFTransformOutput) -> Catalogue:
    """Reads what is known of the items."""
    items = vocabularies.table_rows(transform_output, features.ITEM_VOCABULARY)
    return inputs.read_catalog(job.catalog_files, transform_output, items)


def build_model(job: TrainingJob, transform_output: tft.TFTransformOutput, catalog: Catalogue) -> keras.Model:
    """Builds the configured model for the vocabularies, the catalogue and the users of a Transform output."""
    users = vocabularies.table_rows(transform_output, features.USER_VOCABULARY)
    known = inputs.UserTables()
    if job.audience_files:
        known = inputs.read_users(job.audience_files, transform_output, users)
    sizes = registry.VocabularySizes(
        users=users,
        items=vocabularies.table_rows(transform_output, features.ITEM_VOCABULARY),
        words=vocabularies.table_rows(transform_output, features.WORD_VOCABULARY),
        categories=tuple(
            vocabularies.table_rows(transform_output, features.category_vocabulary(level))
            for level in range(catalog.categories.shape[1])
        ),
        attributes=tuple(
            vocabularies.table_rows(transform_output, features.attribute_vocabulary(place))
            for place in range(catalog.attributes.shape[1])
        ),
        user_attributes=tuple(
            vocabularies.table_rows(transform_output, features.user_attribute_vocabulary(place))
            for place in range(0 if known.attributes is None else known.attributes.shape[1])
        ),
        context={
            name: vocabularies.known_rows(transform_output, features.context_vocabulary(name)) for name in job.context
        },
    )
    return registry.build(
        job.model_name, job.model_config, sizes, catalog, known.attributes, known.numbers, _dtype_policy(job.train)
    )


def _settled(job: TrainingJob) -> tuple[SettledTrainConfig, str]:
    """How to train without any `auto`, and the line that says what was chosen; empty if nothing was."""
    train = job.train
    if not train.automatic:
        return automatic_training.settle(train, 0), ""
    examples = inputs.count_examples(job.train_files, train.surfaces, train.sequence_ends_only)
    settled = automatic_training.settle(train, examples)
    choice = automatic_training.told(train, settled, examples)
    automatic_training.write(choice, job.log_dir)
    return settled, choice["text"]


def _dtype_policy(train: TrainConfig) -> str:
    if not train.mixed_precision:
        return "float32"
    return "mixed_float16" if tf.config.list_physical_devices("GPU") else "mixed_bfloat16"


def _early_stopping(
    job: TrainingJob, train: SettledTrainConfig, averaged_weights: AveragedWeights | None
) -> ResumableEarlyStopping:
    # With no patience of its own it still keeps the best epoch's weights.
    patience = 0 if train.early_stopping_metrics else train.early_stopping_patience
    return ResumableEarlyStopping(
        str(job.state_dir),
        averaged_weights,
        train.keep_best_epoch,
        monitor=VALIDATION_METRIC,
        mode="max",
        patience=patience or train.epochs,
    )


def _count_start(
    model: keras.Model,
    validation: tf.data.Dataset,
    train: SettledTrainConfig,
    early_stopping: ResumableEarlyStopping,
    writers: EventWriters,
) -> None:
    measured = of_surfaces(model.evaluate(validation, verbose=0, return_dict=True), train.surfaces)
    logs = {f"val_{name}": value for name, value in measured.items()}
    report_start(logs)
    write_epoch(writers, logs, epoch=0)
    early_stopping.keep_start(model, logs)


def _weigh_what_was_learned(
    model: keras.Model, validation: tf.data.Dataset, train: SettledTrainConfig, best_logs: Mapping[str, float]
) -> dict[str, float]:
    validated = {name.removeprefix("val_"): value for name, value in best_logs.items() if name.startswith("val_")}
    shares, metrics = learned_share.choose(model, validation, validated)
    logs = {f"val_{name}": value for name, value in of_surfaces(metrics, train.surfaces).items()}
    report_shares(learned_share.told(shares), logs)
    return logs


def _callbacks(
    job: TrainingJob,
    train: SettledTrainConfig,
    early_stopping: ResumableEarlyStopping,
    averaged_weights: AveragedWeights | None,
    writers: EventWriters,
    of: str,
) -> list[keras.callbacks.Callback]:
    state = job.state_dir
    callbacks: list[keras.callbacks.Callback] = [FiniteLoss(), *([averaged_weights] if averaged_weights else [])]
    if train.plateau_patience:
        callbacks.append(
            ResumableReduceLROnPlateau(
                str(state),
                like_torch=train.torch_plateau,
                monitor=VALIDATION_METRIC,
                mode="max",
                factor=train.plateau_factor,
                patience=train.plateau_patience,
                min_lr=train.min_learning_rate,
            )
        )
    if train.early_stopping_metrics and train.early_stopping_patience:
        metrics = [f"val_{name}" for name in train.early_stopping_metrics]
        callbacks.append(ResumableStop(str(state), metrics, train.early_stopping_patience))
    callbacks += [
        OnlySurfaces(train.surfaces),
        early_stopping,
        TrainingProgress(of),
        EpochLogs(writers),
        keras.callbacks.BackupAndRestore(str(state / _BACKUP), double_checkpoint=True, delete_checkpoint=False),
        EpochLines(),  # Last: what it tells of is kept.
    ]
    return callbacks


def _report_start(
    job: TrainingJob, model: keras.Model, train: SettledTrainConfig, chosen: str, writers: EventWriters
) -> None:
    devices = tf.config.list_physical_devices("GPU") or tf.config.list_physical_devices("CPU")
    _LOG.info(
        "Training %s: %s weights, at most %d epochs, on %s",
        job.model_name,
        f"{model.count_params():,}",
        train.epochs,
        ", ".join(device.name.removeprefix("/physical_device:") for device in devices),
    )
    if chosen:
        _LOG.info("Chosen (train: auto): %s", chosen)
        writers.text("settings/chosen by train: auto", chosen)
    if _whole_epochs(job.state_dir):
        _LOG.info("Going on where an interrupted training stopped: %s", job.state_dir)
