import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.support import small_models
from tfx_pipeline.training.event_logs.event_writers import EventWriters
from tfx_pipeline.training.event_logs.layer_graph import GraphLog, TracedCall, traced_call


def fitted(model, folder=None, steps=2, **compiled):
    """Trains a model for some steps: the graphs that were written, and how many operations the call has."""
    keras.utils.set_random_seed(3)
    model.compile("sgd", **compiled)
    batches = tf.data.Dataset.from_tensors(small_models.joint()).repeat(steps)
    if folder is None:
        model.fit(batches, verbose=0)
        return None
    with traced_call(model) as call:
        operations = []
        count = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda *_, **__: operations.append(len(call.operations))
        )
        model.fit(batches, epochs=2, callbacks=[count, GraphLog(EventWriters(str(folder)), call)], verbose=0)
    graphs = []
    for file in folder.glob("events.*"):
        for event in tf.compat.v1.train.summary_iterator(str(file)):
            if event.graph_def:
                graphs.append(tf.compat.v1.GraphDef.FromString(event.graph_def))
    (graph,) = graphs  # Once a training.
    return {node.name: node for node in graph.node}, operations[0]


@pytest.fixture(scope="module")
def unisar(tmp_path_factory):
    model = small_models.unisar(num_layers=2)
    return model, *fitted(model, tmp_path_factory.mktemp("unisar"))


MODELS = {
    "with additions": lambda: small_models.unisar(**small_models.UNISAR_ADDITIONS),
    "unifiedssr": small_models.unifiedssr,
}


@pytest.mark.parametrize("name", MODELS)
def test_the_graph_is_whole_and_small(name, tmp_path):
    nodes, operations = fitted(MODELS[name](), tmp_path)
    assert 30 < len(nodes) < operations / 20
    for node in nodes.values():
        assert set(node.input) <= nodes.keys() - {node.name}
    # Each result comes from the inputs, by way of layers.
    for each in nodes:
        if each.startswith("outputs/") and "drawn" not in each:
            before, found = [each], set()
            while before:
                found |= (new := set(nodes[before.pop()].input) - found)
                before += new
            assert {"input", "Projection"} <= {nodes[one].op for one in found}, each


def test_its_layers_are_blocks_with_their_classes_and_weights(unisar):
    _, nodes, _ = unisar
    norm = nodes["recommendation_fusion/block_1/cross_residual/norm"]
    assert norm.op == "LayerNorm"
    assert norm.attr["weights"].s == b"16: scale 8, offset 8"
    assert nodes["experts"].op == nodes["experts (2)"].op == "MixtureOfExperts"  # One call for each surface.
    table = nodes["embedding/users/own weights"]
    assert (table.op, table.attr["weights"].s) == ("EntityEncoder", b"33: id_embedding 11x3")
    assert [dim.size for dim in nodes["search_head/logit"].attr["_output_shapes"].list.shape[0].dim][-1] == 1
    assert not any(node.op == "Dropout" for node in nodes.values())


def test_what_flows_is_what_the_paper_draws(unisar):
    """Fusion's memory is the transition from the other kind, and the alignment compares both transitions."""
    _, nodes, _ = unisar
    across, within = (
        f"extraction/{name}_1/feed_forward/residual/norm" for name in ("cross_encoder", "recommendation_encoder")
    )
    for layer in (0, 1):
        assert list(nodes[f"recommendation_fusion/block_{layer}/cross_attention/key_value"].input) == [across]
    assert list(nodes["recommendation_fusion/block_0/self_attention/query_key_value"].input) == [within]
    assert set(nodes["contrasts/recommendation_alignment"].input) == {across, within}
    assert list(nodes["outputs/search"].input) == ["search_head/logit"]
    # Both surfaces' histories are encoded together, but a query is of searches alone.
    assert list(nodes["embedding/users/own weights"].input) == ["inputs/recommendation/user", "inputs/search/user"]
    assert not [node for node in nodes if "query_words" in node and "recommendation" in node]


def test_each_weight_stands_at_a_node(unisar):
    """But those that the drawn negatives alone need."""
    model, nodes, _ = unisar
    told = {
        (re.sub(r" \(\d+\)|/own weights", "", name), weight.rsplit(" ", 1)[0])
        for name, node in nodes.items()
        for weight in node.attr["weights"].s.decode().partition(": ")[2].split(", ")
    }
    for weight in model.trainable_weights:
        *layers, name = weight.path.split("/")[1:]
        # The encoder of texts is held by all that have texts.
        assert ("/".join(layers), name) in told or ("embedding/items/texts", name) in told, weight.path


def test_a_training_is_as_without_it(tmp_path):
    weights = []
    for folder in (None, tmp_path):
        keras.utils.set_random_seed(3)
        model = small_models.unifiedssr()
        fitted(model, folder, steps=2 if folder else 4)
        weights.append(model.get_weights())
        assert "call" not in vars(model)
    for first, second in zip(*weights, strict=True):
        np.testing.assert_array_equal(first, second)


def test_a_training_does_not_fail_for_its_graph(tmp_path, caplog):
    call = TracedCall(operations=["no operation"])
    callback = GraphLog(EventWriters(str(tmp_path)), call)
    callback.set_model(small_models.unifiedssr())
    for batch in (0, 1):
        callback.on_train_batch_end(batch)
    (message,) = caplog.messages
    assert message.startswith("TensorBoard has no graph of the model (AttributeError: ")
    # Nothing is held any longer.
    assert not call.operations


def test_a_step_that_is_not_traced_has_no_graph(tmp_path):
    model = small_models.unisar()
    model.compile("sgd", run_eagerly=True)
    with traced_call(model) as call:
        batches = tf.data.Dataset.from_tensors(small_models.joint())
        model.fit(batches, callbacks=[GraphLog(EventWriters(str(tmp_path)), call)], verbose=0)
    assert not list(tmp_path.iterdir()) and not call.operations
