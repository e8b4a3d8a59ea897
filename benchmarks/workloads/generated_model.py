"""Saves a servable model with random weights, in the sizes of a configuration. A request's cost depends on them alone.

The retriever and the ranker of the configuration stand behind a real Transform graph. They are exported and composed
as in the pipeline.
"""

import functools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
import keras
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft
from tensorflow_transform import beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata, metadata_io, schema_utils

from benchmarks.workloads import generated_batches, workload
from benchmarks.workloads.generated_batches import Size
from components.retrieve_then_rank.composed_model import save_composed_model
from models import registry
from models.registry import VocabularySizes
from schemas import features
from schemas.canonical_event import Surface
from tfx_pipeline import preprocessing
from tfx_pipeline.config.loading import as_dict
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.export import saved_model
from tfx_pipeline.export.serving_transform import ServingTransform
from tfx_pipeline.transform import vocabularies

VERSION = "1"


@dataclass(frozen=True)
class Vocabularies:
    """How many values the logs have. The defaults are those of the bundled Online Retail.

    Attributes:
        users: Users with an index of their own.
        items: Items of the catalogue.
        words: Different words of titles and queries.
    """

    users: int = 900
    items: int = 2_958
    words: int = 1_700

    def user_id(self, number: int) -> str:
        """The id of a user. Any number gives one; numbers beyond `users` start over."""
        return str(10_000 + number % self.users)

    def item_id(self, number: int) -> str:
        """The id of an item. Any number gives one; numbers beyond `items` start over."""
        return f"{20_000 + number % self.items}A"

    def query(self, number: int) -> str:
        """A query of two words. Any number gives one."""
        return f"word{number % self.words} word{7 * number % self.words}"


@dataclass(frozen=True)
class GeneratedModel:
    """A saved version and the Keras model that it was made from.

    Attributes:
        base_path: The folder that holds the version.
        ranker: The Keras model that gives the scores of the version's `rank`.
        transform: The Transform graph that makes the inputs of `ranker`.
    """

    base_path: Path
    ranker: keras.Model
    transform: ServingTransform


def save(folder: Path, config: PipelineConfig, names: Vocabularies, seed: int = 0) -> GeneratedModel:
    """Saves a version of a model that retrieves and ranks, as `config` describes it.

    Args:
        folder: The folder to save into.
        config: Describes the ranker, the retriever and the lengths of texts and histories.
        names: The ids of users and items, and the words.
        seed: Seed of the weights and of the items' titles.
    """
    output = _transform_output(folder, config, names)
    sizes = VocabularySizes(
        users=vocabularies.table_rows(output, features.USER_VOCABULARY),
        items=vocabularies.table_rows(output, features.ITEM_VOCABULARY),
        words=vocabularies.table_rows(output, features.WORD_VOCABULARY),
    )
    size = Size(config.name, 0, 0, sizes, words_per_title=config.transform.words_per_title)
    catalogue = generated_batches.catalogue(size, seed)
    keras.utils.set_random_seed(seed)
    models = {
        name: registry.build(name, getattr(config, name), sizes, catalogue)
        for name in (config.retriever.model, config.model)
    }
    for name, model in models.items():
        workload.disturb(model, seed)
        saved_model.save(model, output, str(folder / name), np.zeros((sizes.items, 0), np.int32))
    version = folder / "served" / VERSION
    retriever_dir, ranker_dir = (str(folder / name) for name in models)
    save_composed_model(retriever_dir, ranker_dir, str(version), config.retriever.retrieved, config.adds_item_prior)
    return GeneratedModel(version.parent, models[config.model], ServingTransform(output))


def _transform_output(folder: Path, config: PipelineConfig, names: Vocabularies) -> tft.TFTransformOutput:
    """Writes what Transform would write for a log that has each user, item and word."""
    spec = {name: tf.io.VarLenFeature(_dtype(name)) for name in features.BEHAVIOUR_FEATURES + features.CATALOG_FEATURES}
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(spec))
    custom_config = {
        "transform": as_dict(config.transform),
        "recommendation_history": config.data.recommendation_history,
        "search_history": config.data.search_history,
        "items_per_session": config.data.items_per_session,
        "timezone": config.data.timezone,
        "attributes": [],
        "attributes_of_users": [],
        "numbers": [],
        "numbers_of_users": [],
        "vectors": False,
    }
    function = functools.partial(preprocessing.preprocessing_fn, custom_config=custom_config)
    nothing: dict[str, list] = {name: [] for name in spec}
    rows = [nothing | row for row in _rows(names)]
    with tempfile.TemporaryDirectory() as passing, beam.Pipeline() as pipeline, tft_beam.Context(temp_dir=passing):
        data = (pipeline | beam.Create(rows, reshuffle=False), metadata)
        transform_fn = data | tft_beam.AnalyzeDataset(function)
        _ = transform_fn | tft_beam.WriteTransformFn(str(folder / "transform"))
    metadata_io.write_metadata(metadata, str(folder / "transform" / tft.TFTransformOutput.RAW_METADATA_DIR))
    return tft.TFTransformOutput(str(folder / "transform"))


def _rows(names: Vocabularies) -> Iterator[dict[str, list]]:
    for number in range(names.items):
        yield {features.ITEM_ID: [names.item_id(number).encode()], features.TITLE: [names.query(number).encode()]}
    for number in range(max(names.users, names.words)):
        yield {
            features.USER_ID: [names.user_id(number).encode()],
            features.SURFACE: [Surface.SEARCH.value.encode()],
            features.QUERY: [names.query(number).encode()],
            features.CANDIDATES: [names.item_id(number).encode()],
            features.LABELS: [1.0],
        }


def _dtype(name: str) -> tf.DType:
    return tf.int64 if name in features.INT_FEATURES else tf.float32 if name in features.FLOAT_FEATURES else tf.string
