"""Which signatures an export has, and that the gate lets it pass; `tests/e2e/serving_test.py` serves one."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from components.servability_gate.gate_config import GateConfig
from components.servability_gate.trial import check
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_model import UniSAR
from schemas import features, signatures
from schemas.canonical_event import Surface, Token
from schemas.signature_catalogue import SIGNATURES
from serving.local_server.models.warm_up import replay
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.exported_retriever import retriever
from tests.support.in_process_server import serve_in_process
from tfx_pipeline.export import saved_model

ALL = {
    signatures.SERVING_DEFAULT,
    signatures.RANK,
    signatures.RECOMMEND,
    signatures.SEARCH,
    signatures.CATALOGUE_RANKS,
    signatures.EMBED_USER,
    signatures.EMBED_QUERY,
    signatures.EMBED_ITEM,
    signatures.SIMILAR_ITEMS,
    signatures.SESSIONS,
}
NO_CATEGORIES = np.zeros([14, 0], np.int32)
HISTORY = (Token(Surface.RECOMMENDATION, ("item-a",)), Token(Surface.SEARCH, ("item-c", "item-d"), "red"))


def test_a_model_that_retrieves_and_divides_histories_has_all_signatures(servable):
    assert {name for name in servable.signature_defs if not name.startswith("__")} == ALL


def test_inputs_and_outputs_are_those_of_the_catalogue(servable):
    """By name, type and number of axes."""

    def told(tensors):
        return {name: (tf.as_dtype(each.dtype).name, len(each.tensor_shape.dim)) for name, each in tensors.items()}

    for name in ALL:
        row, saved = SIGNATURES[name], servable.signature_defs[name]
        assert told(saved.inputs) == {each.name: (each.dtype, len(each.axes)) for each in row.inputs}, name
        due = {each.name: (each.dtype, len(each.axes)) for each in row.outputs}
        assert due.items() <= told(saved.outputs).items(), name
        if name != signatures.SESSIONS:  # Which has more where queries are read.
            assert set(due) == set(saved.outputs), name


def test_without_sessions_there_is_no_such_signature(exported):
    model = retriever(exported.transform_output, sessions=0)
    _, functions = saved_model.assemble(model, exported.transform_output, NO_CATEGORIES)
    assert set(functions) == ALL - {signatures.SESSIONS}


def test_unisar_tells_its_items_vectors_and_retrieves_nothing(exported):
    vocabulary = retriever(exported.transform_output).vocabulary
    model = UniSAR(UniSARConfig(dim=4, user_dim=2, item_dim=2, word_dim=2, num_heads=2), vocabulary)
    model.build()
    _, functions = saved_model.assemble(model, exported.transform_output, NO_CATEGORIES)
    assert set(functions) == {
        signatures.SERVING_DEFAULT,
        signatures.RANK,
        signatures.EXPLAIN,
        signatures.EMBED_ITEM,
        signatures.SIMILAR_ITEMS,
    }
    answer = functions[signatures.EMBED_ITEM](tf.constant(["item-c"]))
    index = 1 + exported.transform_output.vocabulary_by_name(features.ITEM_VOCABULARY).index(b"item-c")
    expected = keras.ops.convert_to_numpy(model.item_embeddings().vectors)[index]
    np.testing.assert_allclose(answer[signatures.EMBEDDING][0], expected, atol=1e-6)
    similar = functions[signatures.SIMILAR_ITEMS](tf.constant(["item-c"]), tf.constant([12]))
    found = similar[signatures.ITEMS].numpy()[0]
    assert set(found) == {f"item-{letter}".encode() for letter in "abdefghijkl"} | {b""}


def test_a_model_whose_items_are_no_single_matrix_only_ranks(exported):
    model = retriever(exported.transform_output)
    model.item_embeddings = lambda: (tf.zeros([14, 4]), tf.zeros([14, 4]))
    _, functions = saved_model.assemble(model, exported.transform_output, NO_CATEGORIES)
    assert set(functions) == {signatures.SERVING_DEFAULT, signatures.RANK, signatures.SESSIONS}


def test_the_gate_lets_it_pass_with_requests_of_all_signatures(exported, servable, tmp_path):
    examples = [
        behaviour_example(["item-a", "item-b"], history=HISTORY),
        behaviour_example(["item-c", "item-d"], surface=Surface.SEARCH, query="mug", history=HISTORY),
        behaviour_example(["item-e", "item-f"], surface=Surface.SEARCH, query="blue lamp", user="u2"),
    ]
    file = write_examples(tmp_path / "test.gz", examples)
    requests = str(tmp_path / "requests")
    assert check(exported.model_dir, [file], GateConfig(examples=4), requests, serve_in_process).reasons == ()
    logs = [PredictionLog.FromString(each.numpy()) for each in tf.data.TFRecordDataset(requests)]
    names = [log.predict_log.request.model_spec.signature_name for log in logs]
    assert {name: names.count(name) for name in names} == dict.fromkeys(ALL, 3)
    assert replay(servable, requests) == 3 * len(ALL)


def test_a_model_of_another_transform_is_refused(exported):
    model = retriever(exported.transform_output)
    model.item_embeddings = lambda: tf.zeros([5, 4])
    # Padding, twelve items and the unknown.
    with pytest.raises(ValueError, match="The model has 5 item indices, the Transform output 14. Was it built for ano"):
        saved_model.assemble(model, exported.transform_output, NO_CATEGORIES)
