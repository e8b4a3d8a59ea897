"""SavedModels read in two steps answer as TensorFlow's own loader has them answer."""

import contextlib

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from serving.local_server.models import saved_model_session
from serving.local_server.models.servable import Servable
from tests.support.tf_serving_models import half_plus, save_graph


class Shop(tf.Module):
    """A table with its asset, a variable, and a function that both signatures need."""

    def __init__(self, vocabulary):
        super().__init__()
        self.scale = tf.Variable(3.0)
        initializer = tf.lookup.TextFileInitializer(
            vocabulary, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER
        )
        self.places = tf.lookup.StaticHashTable(initializer, -1)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def place(self, words):
        return {"place": self.places.lookup(words)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def score(self, words):
        return {"score": self.scale * tf.cast(self.place(words)["place"], tf.float32)}


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "words.txt").write_text("mug\nfilm\nlamp\n")
    module = Shop(str(tmp_path / "words.txt"))
    module.scale.assign(5.0)
    signatures = {"place": module.place, "score": module.score}
    tf.saved_model.save(module, str(tmp_path / "shop"), signatures=signatures)
    (tmp_path / "words.txt").unlink()
    return str(tmp_path / "shop")


def loaded(path):
    session = tf.compat.v1.Session(graph=tf.Graph())
    return session, saved_model_session.load(session, path, ["serve"])


def test_weights_and_tables_are_there_before_what_answers(shop):
    session, meta_graph = loaded(shop)
    first = {node.name for node in meta_graph.graph_def.node}
    calls = {meta_graph.signature_def[name].outputs[name].name.partition(":")[0] for name in ("place", "score")}
    assert not calls & first
    assert calls | first <= {operation.name for operation in session.graph.get_operations()}
    # Neither was any function of theirs read first: `score` multiplies, which restoring and filling do not.
    functions = meta_graph.graph_def.library.function
    assert "Mul" not in {node.op for function in functions for node in function.node_def}


def test_every_signature_answers(shop):
    words = {"words": np.array([b"lamp", b"film", b"none"], object)}
    with contextlib.closing(Servable(shop)) as servable:
        assert servable.run("place", words)["place"].tolist() == [2, 1, -1]
        assert servable.run("score", words)["score"].tolist() == [10.0, 5.0, -5.0]


def test_a_model_that_tensorflow_1_saved_is_read_whole(tmp_path):
    save_graph(tmp_path / "1", lambda: {"serving_default": half_plus(2.0)})
    session, meta_graph = loaded(str(tmp_path / "1"))
    names = {node.name for node in meta_graph.graph_def.node}
    assert names == {operation.name for operation in session.graph.get_operations()}


def test_a_result_that_the_graph_itself_reads_is_read_with_it(shop, tmp_path):
    """As where a graph that was changed by hand shows a signature's result beside a sum of it."""
    file = tmp_path / "shop" / "saved_model.pb"
    saved = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    (meta_graph,) = saved.meta_graphs
    call = meta_graph.signature_def["score"].outputs["score"].name
    node = meta_graph.graph_def.node.add(name="beside", op="Identity", input=[call])
    node.attr["T"].type = tf.float32.as_datatype_enum
    file.write_bytes(saved.SerializeToString())
    _, meta_graph = loaded(shop)
    assert call.partition(":")[0] in {node.name for node in meta_graph.graph_def.node}
