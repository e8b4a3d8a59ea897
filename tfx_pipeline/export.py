"""From a trained Keras model to a SavedModel that TF Serving's own loader runs."""

import keras
import tensorflow as tf
import tensorflow_transform as tft

from schemas import features, signatures
from tfx_pipeline import rank_request


def save(model: keras.Model, transform_output: tft.TFTransformOutput, directory: str) -> None:
    """Writes a SavedModel with the signatures that `schemas.signatures` names.

    Args:
        model: A built model with `item_embeddings()` and `score(inputs, item_table)`.
        transform_output: The Transform graph that the model was trained behind; it becomes a part of the graph.
        directory: Where to.
    """
    servable = ranking_servable(model, transform_output)
    tf.saved_model.save(
        servable,
        directory,
        signatures={signatures.SERVING_DEFAULT: servable.serving_default, signatures.RANK: servable.rank},
    )


def ranking_servable(model: keras.Model, transform_output: tft.TFTransformOutput) -> tf.Module:
    """Puts the Transform graph before a model: raw strings in, scores out.

    What is equal for all requests is computed here, once: the embeddings of the whole catalogue.

    The v1 loader fills exactly the variables that stand on the saved object. A Keras 3 variable saved as it is gets a
    second handle, which the graph reads and the loader does not fill. So the module holds the inner tf.Variables, and
    the functions close over the model instead of the module holding it.

    Returns:
        A module with the functions `serving_default` and `rank`.
    """
    servable = tf.Module(name="ranking_servable")
    servable.model_variables = [variable.value for variable in model.variables]
    servable.item_table = constant_tables(model.item_embeddings())
    # TFT's own wrapper is a tf_keras layer, whose saving would take as long as all the rest of the export.
    servable.transform = tf.saved_model.load(transform_output.transform_savedmodel_dir)
    raw_spec = transform_output.raw_feature_spec()

    # Nothing here has Python control flow over tensors, so AutoGraph would only cost time.
    @tf.function(autograph=False)
    def scores(raw: dict[str, tf.SparseTensor]) -> dict[str, tf.Tensor]:
        # The Transform graph wants all raw features, in the order of their names, those that no request has included.
        batch = raw[features.SURFACE].dense_shape[0]
        complete = {
            name: raw[name] if name in raw else _no_values(spec.dtype, batch) for name, spec in raw_spec.items()
        }
        transformed = servable.transform.transform_fn(*tf.nest.flatten(complete, expand_composites=True))
        inputs = {name: transformed[name] for name in features.MODEL_INPUTS}
        inputs[features.CANDIDATE_ITEMS] = tf.sparse.to_dense(inputs[features.CANDIDATE_ITEMS])
        inputs = {name: tf.cast(value, tf.int32) for name, value in inputs.items()}
        logits = model.score(inputs, item_table=servable.item_table)
        # Padding is no item: it gets the lowest probability there is.
        is_item = tf.not_equal(inputs[features.CANDIDATE_ITEMS], features.PADDING)
        return {signatures.SCORES: tf.where(is_item, tf.sigmoid(tf.cast(logits, tf.float32)), 0.0)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, signatures.EXAMPLES)], autograph=False)
    def serving_default(examples: tf.Tensor) -> dict[str, tf.Tensor]:
        return scores(tf.io.parse_example(examples, raw_spec))

    rank_inputs = rank_request.input_specs([each.name for each in model.vocabulary.context])

    @tf.function(input_signature=list(rank_inputs.values()), autograph=False)
    def rank(*request: tf.Tensor) -> dict[str, tf.Tensor]:
        return scores(rank_request.raw_features(dict(zip(rank_inputs, request, strict=True))))

    servable.serving_default = serving_default
    servable.rank = rank
    return servable


def constant_tables(tables):
    """Variables of their own for what `model.item_embeddings()` returned, so that no request computes it again."""
    return tf.nest.map_structure(
        lambda table: None if table is None else tf.Variable(table, trainable=False, name="item_table"), tables
    )


def _no_values(dtype: tf.DType, batch: tf.Tensor) -> tf.SparseTensor:
    """Sparse [batch, 0]."""
    return tf.SparseTensor(tf.zeros([0, 2], tf.int64), tf.zeros([0], dtype), tf.stack([batch, tf.zeros_like(batch)]))
