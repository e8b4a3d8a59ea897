"""Calibrated scores of real exports in a v1 Session, as servers run them, against the line through the logits."""

import contextlib
import os

import numpy as np
import pytest
import tensorflow as tf

from components.retrieve_then_rank.composed_model import save_composed_model
from components.score_map_file import read_score_maps
from components.servability_gate.gate_config import GateConfig
from components.servability_gate.trial import check
from schemas import features, signatures
from schemas.canonical_event import Surface
from schemas.score_map import SCORE_MAP_FILE, ScoreMap
from serving.local_server.models.servable import Servable
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.exported_retriever import ENGAGEMENTS as CLICKS
from tests.support.exported_retriever import (
    GATE_EXAMPLES,
    HISTORY,
    ITEMS,
    category_indices,
    history_inputs,
    item_column,
    rank_inputs,
    retriever,
    texts,
    wanted,
)
from tests.support.in_process_server import serve_in_process
from tfx_pipeline.export import saved_model
from tfx_pipeline.export.catalogue import item_lists
from tfx_pipeline.export.serving_transform import ServingTransform
from tfx_pipeline.export.signatures.served_scores import ServedScores

MAPS = {"search": ScoreMap(0.75, -3.0, 20.0, 0.5), "recommendation": ScoreMap(1.5, -4.0, 30.0, -0.25)}
SEARCH = {Surface.SEARCH.value: MAPS["search"]}


def sigmoid(log_odds):
    return 1 / (1 + np.exp(-np.asarray(log_odds, np.float64)))


def lists_of(logits, line):
    given = tf.constant(np.asarray(logits, np.float32)[np.newaxis])
    return ServedScores({"search": line}).of_list(given, Surface.SEARCH).numpy()[0]


@pytest.fixture(scope="module", params=["unisar", "binary", "softmax"])
def calibrated(request, exported, exported_unisar, tmp_path_factory):
    """A model, and the folder of its export with calibrated scores."""
    if request.param == "unisar":
        model = exported_unisar.model
    else:
        model = retriever(exported.transform_output, loss=request.param)
    folder = str(tmp_path_factory.mktemp(request.param) / "model")
    export(model, exported.transform_output, folder)
    return model, folder


def export(model, output, folder):
    engagements = item_column(output, CLICKS)
    saved_model.save(model, output, folder, category_indices(output), engagements=engagements, score_maps=MAPS)


@pytest.fixture
def served(calibrated):
    with contextlib.closing(Servable(calibrated[1])) as servable:
        yield servable


def test_a_score_is_the_sigmoid_of_the_surfaces_line_and_order_and_ties_stay(calibrated, served, exported):
    examples = [
        behaviour_example([*ITEMS], surface=surface, query="red mug" if surface is Surface.SEARCH else "", history=each)
        for surface in Surface
        for each in (HISTORY, HISTORY[:1])
    ]
    transform = ServingTransform(exported.transform_output)
    logits = np.asarray(calibrated[0].score(transform(transform.parse(tf.constant(examples)))), np.float64)
    lines = [MAPS[surface.value] for surface in Surface for _ in range(2)]
    slopes, intercepts = (np.array([[getattr(line, name)] for line in lines]) for name in ("slope", "intercept"))
    scores = served.run(signatures.SERVING_DEFAULT, {signatures.EXAMPLES: np.array(examples, object)})
    scores = scores[signatures.SCORES]
    np.testing.assert_allclose(scores, sigmoid(slopes * logits + intercepts), rtol=1e-3, atol=1e-6)
    for row, before, after in zip(logits, sigmoid(logits), scores, strict=True):
        assert (np.diff(after[np.argsort(row)]) >= 0).all()
        # Random weights make some logits so far that float32 has no score for them but 0 and 1.
        told = np.where((before > 1e-6) & (before < 1 - 1e-6), before.astype(np.float32), np.nan)
        apart = told[:, np.newaxis] < told[np.newaxis, :]
        assert (after[:, np.newaxis] < after[np.newaxis, :])[apart].all()


def test_rank_explain_and_lists_answer_what_the_evaluator_sees(served):
    for query, name in (("red mug", signatures.SEARCH), ("", signatures.RECOMMEND)):
        surface = Surface.SEARCH if query else Surface.RECOMMENDATION
        example = behaviour_example([*ITEMS], surface=surface, query=query, history=HISTORY)
        evaluated = served.run(signatures.SERVING_DEFAULT, {signatures.EXAMPLES: np.array([example], object)})
        asked = rank_inputs([HISTORY], ["u1"], [query], ITEMS)
        scores = served.run(signatures.RANK, asked)[signatures.SCORES][0]
        np.testing.assert_allclose(scores, evaluated[signatures.SCORES][0], rtol=1e-5)
        if signatures.EXPLAIN in served.signature_defs:
            explained = served.run(signatures.EXPLAIN, asked)[signatures.SCORES][0]
            np.testing.assert_allclose(explained, scores, rtol=1e-5)
        if name in served.signature_defs:
            asked = history_inputs([HISTORY], ["u1"]) | wanted(1, len(ITEMS) + 2)
            listed = served.run(name, asked | ({signatures.RANK_QUERY: texts([query])} if query else {}))
            items = [item.decode() for item in listed[signatures.ITEMS][0]]
            assert items == [*(ITEMS[place] for place in np.argsort(-scores)), "", ""]
            np.testing.assert_allclose(listed[signatures.SCORES][0], [*np.sort(scores)[::-1], 0, 0], rtol=1e-5)


def test_the_gate_lets_it_pass_and_the_map_goes_with_it(calibrated, exported, tmp_path):
    file = write_examples(tmp_path / "test.gz", GATE_EXAMPLES)
    assert check(calibrated[1], [file], GateConfig(examples=4), serve=serve_in_process).reasons == ()
    assert read_score_maps(calibrated[1]) == MAPS and read_score_maps(exported.model_dir) == {}


@pytest.mark.parametrize("popular_negatives", [False, True])
def test_two_models_as_one_list_in_the_order_of_before_and_the_gate_knows_how(popular_negatives, exported, tmp_path):
    ranker, folders = str(tmp_path / "ranker"), [str(tmp_path / name) for name in ("plain", "calibrated")]
    export(exported.model, exported.transform_output, ranker)
    for folder, ranks in zip(folders, (exported.model_dir, ranker), strict=True):
        save_composed_model(exported.model_dir, ranks, folder, 12, popular_negatives)
    asked = history_inputs([HISTORY], ["u1"]) | wanted(1, len(ITEMS))
    with contextlib.ExitStack() as stack:
        plain, after_all = (stack.enter_context(contextlib.closing(Servable(folder))) for folder in folders)
        for query, name in (("red mug", signatures.SEARCH), ("", signatures.RECOMMEND)):
            query_of = {signatures.RANK_QUERY: texts([query])} if query else {}
            before, after = (each.run(name, asked | query_of) for each in (plain, after_all))
            assert before[signatures.ITEMS].tolist() == after[signatures.ITEMS].tolist()
            scores = before[signatures.SCORES][0].astype(np.float64)
            line = MAPS["search" if query else "recommendation"]
            shift = line.list_shift if popular_negatives else 0.0
            expected = sigmoid(line.slope * (np.log(scores) - np.log1p(-scores)) + line.intercept + shift)
            np.testing.assert_allclose(after[signatures.SCORES][0], expected, rtol=2e-3)
    if not popular_negatives:
        return
    file = write_examples(tmp_path / "test.gz", GATE_EXAMPLES)
    assert check(folders[1], [file], GateConfig(examples=4), serve=serve_in_process).reasons == ()
    # As if the lists' part were calibrated otherwise than the model says.
    os.remove(os.path.join(folders[1], SCORE_MAP_FILE))
    reasons = " ".join(check(folders[1], [file], GateConfig(examples=4), serve=serve_in_process).reasons)
    assert "and `rank` score the same items differently" in reasons


@pytest.mark.parametrize(("slope", "intercept"), [(0.25, -8.0), (1.0, -5.0), (3.0, 2.0)])
def test_logits_that_differ_by_more_than_rounding_have_scores_that_differ(slope, intercept):
    """A float32 is exact to 2^-23 of itself, and a score p rises by slope * (1 - p) of itself with the logit."""
    line = ScoreMap(slope, intercept)
    for lowest in (-20.0, -4.0, -1.0, -0.001, 0.3):
        step = 2.0**-23 / slope / (1 - sigmoid(slope * (lowest + 0.5) + intercept))
        step = max(step, np.spacing(np.float32(abs(lowest))))  # Float32 has no nearer logits.
        rising = (lowest + 2 * step * np.arange(5_000)).astype(np.float32)
        assert (np.diff(lists_of(rising, line)) > 0).all(), lowest


def test_scores_of_neighbouring_logits_never_fall():
    for lowest in (-9.0, -0.7, 0.1, 5.0, 16.0):
        bits = np.float32(abs(lowest)).view(np.int32) + np.arange(20_000, dtype=np.int32)
        rising = np.sort(np.sign(lowest) * bits.view(np.float32))
        assert (np.diff(lists_of(rising, ScoreMap(0.9, -3.0))) >= 0).all()


def test_what_float32_cannot_tell_from_1_is_1_and_a_base_rate_below_that_of_training_tells_it_apart():
    high = [17.5, 18.0, 40.0]
    plain = ServedScores().of_list(tf.constant([high]), Surface.SEARCH).numpy()[0]
    assert plain.tolist() == [1, 1, 1]
    lower, higher = lists_of(high, ScoreMap(1.0, -6.0)), lists_of([11.0, 12.0], ScoreMap(1.0, 6.0))
    assert lower[0] < lower[1] < lower[2] == 1
    assert higher[0] < higher[1] and lists_of([12.0, 12.5], ScoreMap(1.0, 6.0)).tolist() == [1, 1]


def test_a_surface_without_a_line_and_padding_are_as_they_were():
    inputs = {
        features.CANDIDATE_ITEMS: tf.constant([[3, 0], [3, 4]]),
        features.SURFACE_INDEX: tf.constant([each.model_index for each in (Surface.RECOMMENDATION, Surface.SEARCH)]),
    }
    scores = ServedScores(SEARCH).of_candidates(tf.constant([[1.0, 5.0], [1.0, -2.0]]), inputs).numpy()
    np.testing.assert_allclose(scores, [[sigmoid(1), 0], sigmoid([0.75 - 3, -1.5 - 3])], rtol=1e-6)
    found = ServedScores(SEARCH).of_list(tf.constant([[1.0, item_lists.NO_ITEM]]), Surface.RECOMMENDATION).numpy()
    np.testing.assert_allclose(found, [[sigmoid(1), item_lists.NO_ITEM]], rtol=1e-6)
