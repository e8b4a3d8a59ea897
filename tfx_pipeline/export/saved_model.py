"""Exports a trained Keras model as a SavedModel that TF Serving loads."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from components.score_map_file import write_score_maps
from models.contract import DividesSessions, Explains, Retrieves
from schemas import features, signatures
from schemas.canonical_event import Surface
from schemas.score_map import ScoreMap
from tfx_pipeline.export import constant_weights
from tfx_pipeline.export.catalogue import retrieval_index as index
from tfx_pipeline.export.catalogue.category_filter import CategoryFilter
from tfx_pipeline.export.catalogue.item_rows import ItemRows
from tfx_pipeline.export.catalogue.item_vectors import ItemVectors
from tfx_pipeline.export.serving_transform import ServingTransform
from tfx_pipeline.export.signatures.catalogue_ranks_signature import catalogue_ranks_signature
from tfx_pipeline.export.signatures.explain_signature import explain_signature
from tfx_pipeline.export.signatures.ranking_signatures import ranking_signatures
from tfx_pipeline.export.signatures.retrieval_signatures import Retrieval, retrieval_signatures
from tfx_pipeline.export.signatures.served_scores import ServedScores
from tfx_pipeline.export.signatures.session_signature import session_signature
from tfx_pipeline.export.signatures.vector_signatures import (
    item_embedding_signature,
    request_embedding_signatures,
    similar_items_signature,
    vector_lengths,
)
from tfx_pipeline.export.sources.candidate_sources import CandidateSources, SourceTables
from tfx_pipeline.export.sources.fallback import Fallback
from tfx_pipeline.export.sources.popularity_order import PopularityOrder


def save(
    model: keras.Model,
    transform_output: tft.TFTransformOutput,
    directory: str,
    categories: np.ndarray,
    retrieval_index: str = index.BRUTE_FORCE,
    engagements: np.ndarray | None = None,
    sources: SourceTables | None = None,
    score_maps: Mapping[str, ScoreMap] | None = None,
) -> None:
    """Writes a SavedModel with the signatures of `schemas.signatures` that the model can answer.

    All models rank. `models.contract` says what else a model may do. A model that retrieves, and whose items are one
    matrix, also finds items in the whole catalogue and gives the vectors of requests. A model with one vector for each
    item gives these vectors, and similar items.

    The embeddings of the whole catalogue are the same for all requests, so they are computed here, once. Weights other
    than tables become constants.

    TF Serving's loader fills exactly the variables that the saved object holds. A Keras 3 variable, saved as it is,
    gets a second handle, which the graph reads and the loader does not fill. So the saved module holds the inner
    tf.Variables. It does not hold the model: the functions close over the model instead.

    Args:
        model: A built model with `item_embeddings()` and `score(inputs, item_table)`.
        transform_output: The output of the Transform that the model was trained with. Its graph becomes a part of the
            exported graph.
        directory: The folder to write to.
        categories: Int [items, levels], see `models.catalogue.Catalogue`. Requests for a category are filtered by them.
        retrieval_index: How a model that retrieves finds items, one of `retrieval_index.KINDS`.
        engagements: Int [items], how often training was engaged with each item. A model that retrieves answers the
            most popular ones where nothing is known of a request. None: the order of the item vocabulary stands for it.
        sources: By what else a model that retrieves finds items; None: by vectors alone.
        score_maps: How scores are calibrated, by the surface's value; also written beside the model. None: they are
            plain sigmoids.

    Raises:
        ValueError: There is no such index, or the model and the Transform output have different numbers of items.
        ModuleNotFoundError: `scann` is asked for and not installed.
    """
    servable, functions = assemble(
        model, transform_output, categories, retrieval_index, engagements, sources, score_maps
    )
    servable.tables = constant_weights.tables(model)
    # A served model needs no gradients, and to save them would take a third of the time.
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    with constant_weights.as_constants(model):  # Saving traces the functions.
        tf.saved_model.save(servable, directory, signatures=functions, options=options)
    write_score_maps(directory, score_maps or {})


def assemble(
    model: keras.Model,
    transform_output: tft.TFTransformOutput,
    categories: np.ndarray,
    retrieval_index: str = index.BRUTE_FORCE,
    engagements: np.ndarray | None = None,
    sources: SourceTables | None = None,
    score_maps: Mapping[str, ScoreMap] | None = None,
) -> tuple[tf.Module, dict[str, Callable]]:
    """Makes what `save` writes: the module to save, and the functions of its signatures by name.

    The module does not hold the model's own weights. `save` adds those that are not constants.
    """
    transform = ServingTransform(transform_output)
    servable = tf.Module(name="servable")
    servable.transform = transform.graph
    servable.item_table = constant_tables(model.item_embeddings())
    served = ServedScores(score_maps)
    functions: dict[str, Callable] = ranking_signatures(model, transform, servable.item_table, served)
    if isinstance(model, Explains):
        functions[signatures.EXPLAIN] = explain_signature(model, transform, servable.item_table, served)
    vectors = _item_vectors(servable.item_table)
    if vectors is not None:
        servable.item_ids = _item_ids(transform_output, vectors.shape[0])
        servable.item_lengths = tf.Variable(vector_lengths(vectors), trainable=False, name="item_lengths")
        items = ItemVectors(vectors, transform)
        functions[signatures.EMBED_ITEM] = item_embedding_signature(items)
        functions[signatures.SIMILAR_ITEMS] = similar_items_signature(items, servable.item_ids, servable.item_lengths)
    if _retrieves(model, servable.item_table):
        encode = {surface: _encoder(model, servable.item_table, surface) for surface in Surface}
        real_items = index.build(retrieval_index, servable.item_table[1:-1])
        servable.index = real_items.tracked
        category_filter = _category_filter(categories, transform_output)
        servable.item_categories = category_filter.table
        retrieval = Retrieval(real_items, servable.item_table, servable.item_ids, category_filter, model.log_partition)
        if engagements is None:
            engagements = np.zeros(len(categories), np.int64)
        # TensorFlow handles lists of integers on the CPU, where the strings of the answers are, too.
        with tf.device("CPU"):
            servable.item_rows = ItemRows(servable.item_ids.numpy())
            servable.popularity = PopularityOrder(engagements)
            servable.sources = CandidateSources(sources, servable.popularity) if sources else None
        fallback = Fallback(servable.popularity, model.vocabulary.words)
        context = [each.name for each in model.vocabulary.context]
        functions |= retrieval_signatures(
            *(encode, transform, retrieval, servable.item_rows, servable.popularity),
            *(fallback, servable.sources, context, served),
        )
        functions |= request_embedding_signatures(encode, transform, context)
        encode_any = _encoder(model, servable.item_table, None)
        functions[signatures.CATALOGUE_RANKS] = catalogue_ranks_signature(encode_any, transform, servable.item_table)
    if isinstance(model, DividesSessions) and model.divides_sessions:
        functions[signatures.SESSIONS] = session_signature(model, transform)
    return servable, functions


def constant_tables(tables):
    """Keeps what `model.item_embeddings()` returned in variables, so that no request computes it again."""
    return tf.nest.map_structure(
        lambda table: None if table is None else tf.Variable(table, trainable=False, name="item_table"), tables
    )


def _encoder(model: keras.Model, item_table: tf.Variable, surface: Surface | None) -> Callable:
    """The part of the model that turns features into vectors of requests: of one surface or, with None, of any."""
    return tf.function(lambda inputs: model.encode_requests(inputs, item_table, surface), autograph=False)


def _retrieves(model: keras.Model, item_table: Any) -> bool:
    return isinstance(model, Retrieves) and isinstance(item_table, tf.Variable)


def _item_vectors(item_table: Any) -> tf.Variable | None:
    """The vectors of the items, float [items, dim]; None if the model has no single vector for each item."""
    return item_table if isinstance(item_table, tf.Variable) else getattr(item_table, "vectors", None)


def _category_filter(categories: np.ndarray, transform_output: tft.TFTransformOutput) -> CategoryFilter:
    names = [features.category_vocabulary(level) for level in range(categories.shape[1])]
    # TensorFlow keeps strings in the CPU's memory, so the hashes of the names are computed there too.
    with tf.device("CPU"):
        return CategoryFilter.of_indices(categories, [transform_output.vocabulary_by_name(name) for name in names])


def _item_ids(transform_output: tft.TFTransformOutput, rows: int) -> tf.Variable:
    """The item id of each row of an item table, string [rows]; empty for padding and for the unknown."""
    names = [b"", *transform_output.vocabulary_by_name(features.ITEM_VOCABULARY), b""]
    if len(names) != rows:
        raise ValueError(
            f"The model has {rows} item indices, the Transform output {len(names)}. Was it built for another one?"
        )
    # TensorFlow keeps strings in the CPU's memory, even if all else is on an accelerator.
    with tf.device("CPU"):
        return tf.Variable(names, trainable=False, name="item_ids")
