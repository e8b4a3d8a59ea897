"""The popularity model as TF Serving runs it: loaded into a v1 Session, called by its signatures."""

import math

import numpy as np
import pytest

from components.baseline_model.popularity_model import PopularityModel, save_popularity_model
from components.servability_gate.requests.rank_inputs import rank_request
from schemas import signatures
from schemas.canonical_event import Surface, Token
from serving.local_server.models.servable import Servable
from tests.support.asked_models import example
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


def test_scores_are_shares_of_all_engagements_and_those_of_a_shorter_list_end_with_minus_infinity(servable):
    scores = _serving_default(servable, behaviour_example(["b", "stranger", "a"]), behaviour_example(["a"]))
    assert scores.dtype == np.float32
    assert scores.tolist() == [[0.25, 0.0, 0.75], [0.75, -math.inf, -math.inf]]


def test_rank_takes_all_inputs_of_the_contract_and_nothing_makes_no_model(servable):
    assert set(servable.signature_defs[signatures.RANK].inputs) == set(signatures.RANK_INPUTS)
    request = rank_request([example(["a", "?", "b", ""], history=[Token(Surface.SEARCH, ("a",), "mug")])])
    assert servable.run(signatures.RANK, request)[signatures.SCORES].tolist() == [[0.75, 0.0, 0.25, 0.0]]
    with pytest.raises(ValueError, match="Popularity needs at least one engagement"):
        PopularityModel({})
