"""The assembly: configuration, pipeline, preprocessing, training, export, evaluation and the runners.

TFT, TFMA and TFRS use tf_keras, our models use Keras 3. TensorFlow decides at its import which of the two `tf.keras`
means. This package starts everything, so it sets the choice first.
"""

import os

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
