"""What all tests share: quiet TensorFlow, on the CPU, with tf_keras behind `tf.keras` as TFT and TFMA need it."""

import os

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
