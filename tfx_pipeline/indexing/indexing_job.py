"""One indexing: from a trained model and a catalogue with new items to an exported model that knows them."""

import dataclasses
import logging
import os
import tempfile
from collections.abc import Sequence

import apache_beam as beam
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from models.catalogue import Catalogue
from tfx_pipeline.indexing import grown_graph, grown_weights
from tfx_pipeline.training import trained_weights, training_job
from tfx_pipeline.training.training_job import TrainingJob
from tfx_pipeline.transform import transformed_examples

_LOG = logging.getLogger(__name__)
_ONE_PROCESS = ("--direct_running_mode=in_memory", "--direct_num_workers=1")


def run(job: TrainingJob) -> int:
    """Exports a trained model with the items of a catalogue that has new ones.

    Nothing is trained. A new item is known by its title, categories, attributes, numbers and vector; its id is unknown,
    as that of an item which a request names and the model has not seen. It has no neighbours.

    Args:
        job: The training whose model it is, except that the files of items and users are raw ones, and of now.
            `start_from` is the folder of the trained model, `transform_graph` its Transform output.

    Returns:
        How many items are new.

    Raises:
        ValueError: The model knows of items nothing but their ids.
        FileNotFoundError: The training left no weights.
    """
    trained_output = tft.TFTransformOutput(job.transform_graph)
    files = _matching(job.catalog_files)
    items = grown_graph.new_items(files, trained_output)
    with tempfile.TemporaryDirectory() as folder:
        output = grown_graph.grown(trained_output, items, os.path.join(folder, "graph"))
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
        of_training = _without(catalogue, len(items))
        trained = training_job.build_model(job, trained_output, of_training)
        trained_weights.load(trained, job.start_from)
        grown_weights.take_over(trained, model)
        training_job.export(model, job, output, catalogue, trained_items=len(of_training.engagements))
    known = len(catalogue.engagements) - 2 - len(items)
    _LOG.info("Indexed: %s new items beside %s known ones", f"{len(items):,}", f"{known:,}")
    return len(items)


def _matching(patterns: Sequence[str]) -> list[str]:
    return sorted(path for pattern in patterns for path in tf.io.gfile.glob(pattern))


def _transformed(files: Sequence[str], output: tft.TFTransformOutput, folder: str) -> tuple[str, ...]:
    """Transforms raw files of items or users, and names the files that it wrote."""
    pairs = [(path, os.path.join(folder, f"{place:05d}.gz")) for place, path in enumerate(files)]
    if pairs:
        graph_dir = os.path.dirname(output.transform_savedmodel_dir)
        with beam.Pipeline(options=beam.options.pipeline_options.PipelineOptions(list(_ONE_PROCESS))) as pipeline:
            transformed_examples.write(pipeline | "Files" >> beam.Create(pairs), graph_dir)
    return tuple(written for _, written in pairs)


def _without(catalogue: Catalogue, further: int) -> Catalogue:
    """The catalogue without its newest items: the rows before the last, which stands for unknown items."""
    kept = np.r_[: len(catalogue.engagements) - 1 - further, len(catalogue.engagements) - 1]
    tables = {field.name: getattr(catalogue, field.name) for field in dataclasses.fields(catalogue)}
    return Catalogue(**{name: table[kept] if len(table) else table for name, table in tables.items()})
