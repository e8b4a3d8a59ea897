"""One indexing: from a trained model and a catalogue with new items to an exported model that knows them."""

import dataclasses
import logging
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from components.score_map_file import read_score_maps
from components.warm_start.start_folder import copy_starts
from models.catalogue import Catalogue
from schemas import features
from tfx_pipeline.indexing import grown_graph, grown_weights
from tfx_pipeline.training import trained_weights, training_job
from tfx_pipeline.training.training_job import TrainingJob
from tfx_pipeline.transform import transformed_examples, vocabularies

_LOG = logging.getLogger(__name__)


def run(job: TrainingJob, transform_config: Mapping[str, Any]) -> int:
    """Exports a trained model with the items of a catalogue that has new ones.

    Nothing is trained. A new item is known by its title, categories, attributes, numbers and vector; its id is unknown,
    as that of an item which a request names and the model has not seen. It has no neighbours. Words, categories and
    attributes that training has not seen are told apart: they match each other, and nothing was learned of them.

    Args:
        job: The training whose model it is, except that the files of items and users are raw ones, and of now.
            `start_from` is the folder of the trained model, `transform_graph` its Transform output.
        transform_config: What the preprocessing function of that Transform was given.

    Returns:
        How many items are new.

    Raises:
        ValueError: The model knows of items nothing but their ids.
        FileNotFoundError: The training left no weights.
    """
    trained_output = tft.TFTransformOutput(job.transform_graph)
    files = _matching(job.catalog_files)
    new = grown_graph.new_values(files, trained_output, transform_config)
    with tempfile.TemporaryDirectory() as folder:
        output = grown_graph.grown(trained_output, new, os.path.join(folder, "graph"), transform_config)
        job = dataclasses.replace(
            job,
            transform_graph=os.path.join(folder, "graph"),
            catalog_files=_transformed(files, output, os.path.join(folder, "items")),
            audience_files=_transformed(_matching(job.audience_files), output, os.path.join(folder, "users")),
        )
        catalogue = training_job.read_catalog(job, output)
        model = training_job.build_model(job, output, catalogue)
        if not grown_weights.knows_contents(model):
            raise ValueError(
                f"{job.model_name} knows of items nothing but their ids, so it can tell nothing of new ones. Train it "
                "with titles, categories or attributes (data.items; unifiedssr.item_attributes), or train it anew with "
                "the new items: `tandem run`."
            )
        trained = training_job.build_model(job, trained_output, _as_trained(catalogue, trained_output))
        trained_weights.load(trained, job.start_from)
        grown_weights.take_over(trained, model)
        # What the model thinks of items that it knew stays, so what makes probabilities of it stays, too.
        maps = read_score_maps(job.start_from)
        training_job.export(model, job, output, catalogue, trained_output, maps)
        copy_starts(job.start_from, job.model_dir)  # The next training starts from what was trained.
    items = len(new.get(features.ITEM_VOCABULARY, ()))
    known = len(catalogue.engagements) - 2 - items
    _LOG.info("Indexed: %s new items beside %s known ones", f"{items:,}", f"{known:,}")
    return items


def _matching(patterns: Sequence[str]) -> list[str]:
    return sorted(path for pattern in patterns for path in tf.io.gfile.glob(pattern))


def _transformed(files: Sequence[str], output: tft.TFTransformOutput, folder: str) -> tuple[str, ...]:
    """Transforms raw files of items or users, and names the files that it wrote."""
    pairs = [(path, os.path.join(folder, f"{place:05d}.gz")) for place, path in enumerate(files)]
    if pairs:
        graph_dir = os.path.dirname(output.transform_savedmodel_dir)
        with grown_graph.one_process() as pipeline:
            transformed_examples.write(pipeline | "Files" >> beam.Create(pairs), graph_dir)
    return tuple(written for _, written in pairs)


def _as_trained(catalogue: Catalogue, trained_output: tft.TFTransformOutput) -> Catalogue:
    """The catalogue as training numbered it: without new items, and what was unknown is unknown again."""
    items = vocabularies.table_rows(trained_output, features.ITEM_VOCABULARY)
    kept = np.r_[: items - 1, len(catalogue.engagements) - 1]
    tables = {field.name: getattr(catalogue, field.name) for field in dataclasses.fields(catalogue)}
    of_training = Catalogue(**{name: table[kept] if len(table) else table for name, table in tables.items()})
    words = vocabularies.table_rows(trained_output, features.WORD_VOCABULARY) - 1
    return dataclasses.replace(
        of_training,
        words=np.minimum(of_training.words, words),
        category_words=np.minimum(of_training.category_words, words),
        categories=_known_columns(of_training.categories, trained_output, features.category_vocabulary),
        attributes=_known_columns(of_training.attributes, trained_output, features.attribute_vocabulary),
    )


def _known_columns(
    table: np.ndarray, trained_output: tft.TFTransformOutput, vocabulary: Callable[[int], str]
) -> np.ndarray:
    unknown = [vocabularies.table_rows(trained_output, vocabulary(place)) - 1 for place in range(table.shape[1])]
    return np.minimum(table, np.array(unknown, table.dtype))
