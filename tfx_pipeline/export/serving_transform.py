"""The Transform graph as a part of an exported model: raw features in, the model's inputs out."""

import tensorflow as tf
import tensorflow_transform as tft

from schemas import features


class ServingTransform:
    """Calls the Transform graph; one for all signatures of a model, so that its tables are there once.

    Attributes:
        graph: What the saved module has to hold, so that tables and vocabularies are saved with it.

    Args:
        transform_output: The Transform output that the model was trained behind.
    """

    def __init__(self, transform_output: tft.TFTransformOutput):
        # TFT's own wrapper is a tf_keras layer, whose saving would take as long as all the rest of the export.
        self.graph = tf.saved_model.load(transform_output.transform_savedmodel_dir)
        self._raw_spec = transform_output.raw_feature_spec()
        # Shapes that are the same whoever calls, so that this and whatever reads its outputs is traced once. Nothing in
        # it has Python control flow over tensors, so AutoGraph would only cost time.
        shapes = {name: tf.SparseTensorSpec([None, None], spec.dtype) for name, spec in self._raw_spec.items()}
        self._model_inputs = tf.function(self._transformed, input_signature=[shapes], autograph=False)

    def parse(self, examples: tf.Tensor) -> dict[str, tf.SparseTensor]:
        """Parses serialized tf.Examples, string [batch]."""
        return tf.io.parse_example(examples, self._raw_spec)

    def __call__(self, raw: dict[str, tf.SparseTensor]) -> dict[str, tf.Tensor]:
        """Transforms raw features.

        Args:
            raw: Sparse [batch, values] each, the surface at least; what is left out has no values.

        Returns:
            The features `schemas.features.MODEL_INPUTS`, dense, int32; and the candidates' labels, float32, 0 for
            candidates without one.
        """
        batch = raw[features.SURFACE].dense_shape[0]
        return self._model_inputs(
            {name: raw[name] if name in raw else _no_values(spec.dtype, batch) for name, spec in self._raw_spec.items()}
        )

    def _transformed(self, raw: dict[str, tf.SparseTensor]) -> dict[str, tf.Tensor]:
        # The Transform graph wants all raw features, in the order of their names, those that no request has included.
        transformed = self.graph.transform_fn(*tf.nest.flatten(raw, expand_composites=True))
        candidates, labels = transformed[features.CANDIDATE_ITEMS], transformed[features.CANDIDATE_LABELS]
        inputs = {name: transformed[name] for name in features.MODEL_INPUTS}
        inputs[features.CANDIDATE_ITEMS] = tf.sparse.to_dense(candidates)
        inputs = {name: tf.cast(value, tf.int32) for name, value in inputs.items()}
        # Of the candidates' shape: a label beyond an example's last candidate is refused.
        inputs[features.CANDIDATE_LABELS] = tf.sparse.to_dense(
            tf.SparseTensor(labels.indices, labels.values, candidates.dense_shape)
        )
        return inputs


def _no_values(dtype: tf.DType, batch: tf.Tensor) -> tf.SparseTensor:
    """Sparse [batch, 0]."""
    return tf.SparseTensor(tf.zeros([0, 2], tf.int64), tf.zeros([0], dtype), tf.stack([batch, tf.zeros_like(batch)]))
