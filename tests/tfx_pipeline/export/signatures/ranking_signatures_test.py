import numpy as np

from schemas import signatures
from schemas.canonical_event import Surface
from tests.support.behaviour_examples import behaviour_example
from tests.support.exported_retriever import HISTORY, rank_inputs


def test_examples_and_requests_are_scored_alike(servable):
    candidates = ["item-e", "item-b", "never-seen"]
    examples = [
        behaviour_example(candidates, user="u1", history=HISTORY),
        behaviour_example(candidates, surface=Surface.SEARCH, query="blue mug", user="a stranger"),
    ]
    by_examples = servable.run(signatures.SERVING_DEFAULT, {signatures.EXAMPLES: np.array(examples, object)})
    request = rank_inputs([HISTORY, ()], ["u1", "a stranger"], ["", "blue mug"], candidates)
    by_request = servable.run(signatures.RANK, request)
    np.testing.assert_allclose(by_examples[signatures.SCORES], by_request[signatures.SCORES], atol=1e-6)
    assert len(np.unique(by_request[signatures.SCORES])) == 6
