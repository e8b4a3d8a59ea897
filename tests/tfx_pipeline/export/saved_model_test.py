"""Which signatures an export has, and that the gate lets it pass; `tests/e2e/serving_test.py` serves one."""

import contextlib
from collections import Counter

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from components.servability_gate.gate_config import GateConfig
from components.servability_gate.trial import check
from schemas import signatures
from schemas.canonical_event import Surface
from schemas.signature_catalogue import SIGNATURES
from serving.local_server.models.servable import Servable
from serving.local_server.models.warm_up import replay
from tests.support import exported_retriever as exports
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.exported_retriever import (
    GATE_EXAMPLES,
    HISTORY,
    ITEMS,
    history_inputs,
    rank_inputs,
    retriever,
    texts,
    wanted,
)
from tests.support.in_process_server import serve_in_process
from tfx_pipeline.export import saved_model
from tfx_pipeline.export.serving_transform import ServingTransform

RANKING = {signatures.SERVING_DEFAULT, signatures.RANK}
RETRIEVING = SIGNATURES.keys() - {signatures.EXPLAIN, signatures.ITEM_PRIOR}
NO_CATEGORIES = np.zeros([14, 0], np.int32)


@pytest.fixture
def signatures_of(exported):
    return lambda model: set(saved_model.assemble(model, exported.transform_output, NO_CATEGORIES)[1])


def saved_in(servable):
    return {name for name in servable.signature_defs if not name.startswith("__")}


def test_a_model_has_the_signatures_that_it_can_answer(exported, servable, unisar, signatures_of):
    assert saved_in(servable) == RETRIEVING
    assert saved_in(unisar) == RANKING | {signatures.EXPLAIN, signatures.EMBED_ITEM, signatures.SIMILAR_ITEMS}
    without_sessions = retriever(exported.transform_output, sessions=0)
    assert signatures_of(without_sessions) == RETRIEVING - {signatures.SESSIONS}


def test_a_model_whose_items_are_no_single_matrix_only_ranks(exported, signatures_of):
    model = retriever(exported.transform_output)
    model.item_embeddings = lambda: (tf.zeros([14, 4]), tf.zeros([14, 4]))
    assert signatures_of(model) == RANKING | {signatures.SESSIONS}


def test_a_model_that_does_not_retrieve_tells_the_vectors_among_what_its_items_are(exported_unisar, unisar):
    answer = unisar.run(signatures.EMBED_ITEM, {signatures.ITEM_ID: np.array([b"item-c"], object)})
    expected = np.asarray(exported_unisar.model.item_embeddings().vectors)[exported_unisar.index("item-c")]
    np.testing.assert_allclose(answer[signatures.EMBEDDING], [expected], atol=1e-6)


@pytest.mark.parametrize(
    ("export", "options"),
    [
        (exports.exported_unisar, {"gate_units": (3, 2), "contrasts_per_surface": True}),
        (
            exports.exported_retriever,
            {"query_branch_in_recommendation": True, "share_branches": False, "share_surfaces": False},
        ),
    ],
    ids=["unisar", "unifiedssr"],
)
def test_a_model_with_options_scores_as_before_it_was_exported(exported, tmp_path, export, options):
    made = export(tmp_path, exported.transform_output, **options)
    examples = [
        behaviour_example(["item-e", "item-b"], history=HISTORY),
        behaviour_example(["item-c", "item-d"], surface=Surface.SEARCH, query="blue mug", history=HISTORY),
    ]
    transform = ServingTransform(exported.transform_output)
    inputs = transform(transform.parse(tf.constant(examples)))
    with contextlib.closing(Servable(made.model_dir)) as servable:
        served = servable.run(signatures.SERVING_DEFAULT, {signatures.EXAMPLES: np.array(examples, object)})
        expected = 1 / (1 + np.exp(-np.asarray(made.model.score(inputs))))
        np.testing.assert_allclose(served[signatures.SCORES], expected, rtol=1e-5, atol=1e-6)
        if export is exports.exported_retriever:
            request = history_inputs([HISTORY, HISTORY], ["u1", "u1"])
            vectors = servable.run(signatures.EMBED_USER, request)[signatures.EMBEDDING]
            asked = made.model.encode_requests(inputs, surface=Surface.RECOMMENDATION)
            np.testing.assert_allclose(vectors[0], asked[0], rtol=1e-4, atol=1e-5)
            # The click's window, and that of the query that was searched for after it.
            divided = servable.run(
                signatures.SESSIONS, request | {signatures.SESSIONS_SURFACE: texts(["recommendation", "search"])}
            )
            products, queries = made.model.sessions(inputs, Surface.RECOMMENDATION)
            np.testing.assert_allclose(divided[signatures.SESSION_WINDOWS][0], products.windows[0], atol=1e-5)
            np.testing.assert_allclose(divided[signatures.QUERY_WINDOWS][0], queries.windows[0], atol=1e-5)


def test_scores_of_a_softmax_do_not_tie_however_large_its_products_are(exported, tmp_path):
    made = retriever(exported.transform_output, loss="softmax")
    items = next(weight for weight in made.trainable_weights if "item" in weight.path)
    items.assign(8 * items)
    saved_model.save(made, exported.transform_output, str(tmp_path), NO_CATEGORIES)
    with contextlib.closing(Servable(str(tmp_path))) as servable:
        listed = servable.run(signatures.RECOMMEND, history_inputs([HISTORY], ["u1"]) | wanted(1, len(ITEMS)))
        ranked = servable.run(signatures.RANK, rank_inputs([HISTORY], ["u1"], [""], ITEMS))[signatures.SCORES][0]
        vectors = servable.run(signatures.EMBED_ITEM, {signatures.ITEM_ID: texts(ITEMS)})[signatures.EMBEDDING]
        request = servable.run(signatures.EMBED_USER, history_inputs([HISTORY], ["u1"]))[signatures.EMBEDDING]
    products = (request @ vectors.T)[0].astype(np.float64)
    assert np.sort(products)[-2] > 17  # Several would have the score 1 in float32.
    likelihoods = np.exp(products - np.logaddexp.reduce(products))
    np.testing.assert_allclose(ranked, likelihoods / (1 + likelihoods), rtol=1e-3)
    assert len(set(ranked)) == len(ITEMS)
    best_first = [ranked[ITEMS.index(item.decode())] for item in listed[signatures.ITEMS][0]]
    np.testing.assert_allclose(listed[signatures.SCORES][0], best_first, rtol=1e-4)
    assert best_first == sorted(best_first, reverse=True)


def test_the_gate_lets_it_pass_with_requests_of_all_signatures(exported, servable, tmp_path):
    file = write_examples(tmp_path / "test.gz", GATE_EXAMPLES)
    requests = str(tmp_path / "requests")
    assert check(exported.model_dir, [file], GateConfig(examples=4), requests, serve_in_process).reasons == ()
    logs = [PredictionLog.FromString(each.numpy()) for each in tf.data.TFRecordDataset(requests)]
    asked = Counter(log.predict_log.request.model_spec.signature_name for log in logs)
    assert asked == dict.fromkeys(RETRIEVING, 3)
    assert replay(servable, requests) == 3 * len(RETRIEVING)


def test_a_model_of_another_transform_is_refused(exported, signatures_of):
    model = retriever(exported.transform_output)
    model.item_embeddings = lambda: tf.zeros([5, 4])
    # Padding, twelve items and the unknown.
    with pytest.raises(ValueError, match="The model has 5 item indices, the Transform output 14. Was it built for ano"):
        signatures_of(model)
