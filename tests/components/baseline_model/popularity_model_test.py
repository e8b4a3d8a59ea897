"""The popularity model as TF Serving runs it: loaded into a v1 Session, called by its signatures."""

import math

import numpy as np
import pytest

from components.baseline_model.popularity_model import PopularityModel, save_popularity_model
from schemas import signatures
from serving.local_server.models.servable import Servable
from tests.support.behaviour_examples import behaviour_example

COUNTS = {b"a": 3, b"b": 1}


@pytest.fixture(scope="module")
def servable(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("model") / "saved")
    save_popularity_model(COUNTS, folder)
    servable = Servable(folder)
    yield servable
    servable.close()


def _serving_default(servable, *examples: bytes) -> np.ndarray:
    inputs = {signatures.EXAMPLES: np.array(examples, object)}
    return servable.run(signatures.SERVING_DEFAULT, inputs)[signatures.SCORES]


def test_scores_are_shares_of_all_engagements_and_unknown_items_score_zero(servable):
    scores = _serving_default(servable, behaviour_example(["b", "stranger", "a"]), behaviour_example(["a", "a", "b"]))
    assert scores.dtype == np.float32
    assert scores.tolist() == [[0.25, 0.0, 0.75], [0.75, 0.75, 0.25]]


def test_the_scores_of_a_shorter_list_end_with_minus_infinity(servable):
    scores = _serving_default(servable, behaviour_example(["a"]), behaviour_example(["b", "a", "b"]))
    assert scores.tolist() == [[0.75, -math.inf, -math.inf], [0.25, 0.75, 0.25]]


def test_rank_takes_all_inputs_of_the_contract(servable):
    assert set(servable.signature_defs[signatures.RANK].inputs) == set(signatures.RANK_INPUTS)
    request = {
        signatures.RANK_USER_ID: np.array([b"u"], object),
        signatures.RANK_QUERY: np.array([b""], object),
        signatures.RANK_CANDIDATES: np.array([[b"a", b"?", b"b", b""]], object),
        signatures.RANK_HISTORY_SURFACES: np.array([[b"search", b""]], object),
        signatures.RANK_HISTORY_QUERIES: np.array([[b"mug", b""]], object),
        signatures.RANK_HISTORY_ITEMS: np.array([[[b"a"], [b""]]], object),
    }
    assert servable.run(signatures.RANK, request)[signatures.SCORES].tolist() == [[0.75, 0.0, 0.25, 0.0]]


def test_refuses_to_be_made_of_nothing():
    with pytest.raises(ValueError, match="Popularity needs at least one engagement"):
        PopularityModel({})
