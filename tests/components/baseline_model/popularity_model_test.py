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


def test_scores_are_shares_of_all_engagements(tmp_path):
    save_popularity_model({b"a": 3, b"b": 1}, str(tmp_path / "model"))
    servable = Servable(str(tmp_path / "model"))
    examples = [behaviour_example(["b", "stranger", "a"]), behaviour_example(["a"])]
    answer = servable.run(signatures.SERVING_DEFAULT, {signatures.EXAMPLES: np.array(examples, object)})
    assert answer[signatures.SCORES].dtype == np.float32
    # Those of a shorter list end with minus infinity.
    assert answer[signatures.SCORES].tolist() == [[0.25, 0.0, 0.75], [0.75, -math.inf, -math.inf]]
    assert set(servable.signature_defs[signatures.RANK].inputs) == set(signatures.RANK_INPUTS)
    request = rank_request([example(["a", "?", "b", ""], history=[Token(Surface.SEARCH, ("a",), "mug")])])
    assert servable.run(signatures.RANK, request)[signatures.SCORES].tolist() == [[0.75, 0.0, 0.25, 0.0]]
    servable.close()
    with pytest.raises(ValueError, match="Popularity needs at least one engagement"):
        PopularityModel({})
