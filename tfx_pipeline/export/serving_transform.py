"""The Transform graph within an exported model: turns raw features into the model's inputs."""

import tensorflow as tf
import tensorflow_text  # noqa: F401  # Loaded models have operations of it.
import tensorflow_transform as tft

from schemas import features


class ServingTransform:
    """Calls the Transform graph. All signatures of a model share one, so that its tables are saved once.

    Attributes:
        graph: The loaded graph. The saved module has to hold it, so that tables and vocabularies are saved with it.

    Args:
        transform_output: The output of the Transform that the model was trained with.
    """

    def __init__(self, transform_output: tft.TFTransformOutput):
        # TFT's own wrapper is a tf_keras layer. To save one would take as long as all the rest of the export.
        self.graph = tf.saved_model.load(transform_output.transform_savedmodel_dir)
        self._raw_spec = transform_output.raw_feature_spec()
        # All callers pass the same shapes, so this function, and what reads its outputs, is traced once. It has no
        # Python control flow over tensors, so AutoGraph would only cost time.
        shapes = {name: tf.SparseTensorSpec([None, None], spec.dtype) for name, spec in self._raw_spec.items()}
        self._model_inputs = tf.function(self._transformed, input_signature=[shapes], autograph=False)

    def parse(self, examples: tf.Tensor) -> dict[str, tf.SparseTensor]:
        """Parses serialized tf.Examples, string [batch]."""
        return tf.io.parse_example(examples, self._raw_spec)

    def __call__(self, raw: dict[str, tf.SparseTensor]) -> dict[str, tf.Tensor]:
        """Transforms raw features.

        Args:
            raw: Features, each sparse [batch, values]. It has to hold the surface; any other may be left out, and then
                has no values.

        Returns:
            The features `schemas.features.MODEL_INPUTS`, dense, int32; and the labels of the candidates, float32, 0 for
            a candidate without a label.
        """
        batch = raw[features.SURFACE].dense_shape[0]
        return self._model_inputs(
            {name: raw[name] if name in raw else _no_values(spec.dtype, batch) for name, spec in self._raw_spec.items()}
        )

    def _transformed(self, raw: dict[str, tf.SparseTensor]) -> dict[str, tf.Tensor]:
        # The Transform graph takes all raw features in the order of their names, even those that no request has.
        transformed = self.graph.transform_fn(*tf.nest.flatten(raw, expand_composites=True))
        candidates, labels = transformed[features.CANDIDATE_ITEMS], transformed[features.CANDIDATE_LABELS]
        inputs = {name: transformed[name] for name in features.MODEL_INPUTS}
        inputs[features.CANDIDATE_ITEMS] = tf.sparse.to_dense(candidates)
        inputs = {name: tf.cast(value, tf.int32) for name, value in inputs.items()}
        # Labels get the shape of the candidates. So a label beyond an example's last candidate fails.
        inputs[features.CANDIDATE_LABELS] = tf.sparse.to_dense(
            tf.SparseTensor(labels.indices, labels.values, candidates.dense_shape)
        )
        return inputs


def _no_values(dtype: tf.DType, batch: tf.Tensor) -> tf.SparseTensor:
    """Sparse [batch, 0]."""
    return tf.SparseTensor(tf.zeros([0, 2], tf.int64), tf.zeros([0], dtype), tf.stack([batch, tf.zeros_like(batch)]))
