"""The assembly: configuration, pipeline, preprocessing, training, export, evaluation and the runners.

TFT, TFMA and TFRS stand on tf_keras, our models on Keras 3. TensorFlow decides which of them `tf.keras` means when it
is imported, so this package, which starts everything, says it first.
"""

import os

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
