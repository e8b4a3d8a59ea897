"""A model whose graph has operations of TensorFlow Text answers from a server that imports only parts of TensorFlow."""

import subprocess
import sys

import tensorflow as tf
import tensorflow_text

_SERVER = """
import sys
from serving.local_server.lean_tensorflow import import_parts
assert import_parts()
import numpy as np
from serving.local_server.models.servable import Servable
told = Servable(sys.argv[1]).run("", {"texts": np.array(["ＭＵＧ".encode()], object)})
assert "tensorflow_text" not in sys.modules
assert "tensorflow.keras" not in sys.modules
print(told["folded"][0].decode())
"""


def test_the_server_has_the_operations(tmp_path):
    module = tf.Module()
    module.fold = tf.function(
        lambda texts: {"folded": tensorflow_text.case_fold_utf8(texts)},
        input_signature=[tf.TensorSpec([None], tf.string, "texts")],
    )
    tf.saved_model.save(module, str(tmp_path / "model"), signatures=module.fold)
    ran = subprocess.run([sys.executable, "-c", _SERVER, str(tmp_path / "model")], capture_output=True, text=True)
    assert ran.stdout == "mug\n", ran.stderr
