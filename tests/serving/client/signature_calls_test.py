"""Questions that make no sense, and answers that make none. Questions that do: `ranking_client_test.py`."""

import pytest

from schemas import signatures
from serving.client import signature_calls
from serving.client.call import CallError
from serving.client.requests import RankRequest, RetrievalRequest


def test_each_asks_with_its_own_kind_of_request():
    with pytest.raises(ValueError, match="`recommend` takes no query, `search` does. Received: 'red'"):
        signature_calls.recommend(RetrievalRequest("1", query="red"))
    with pytest.raises(ValueError, match="`search` needs a query, `recommend` does without. Received: an empty one"):
        signature_calls.search(RetrievalRequest("1"))


@pytest.mark.parametrize("scores", [[["high", "low"]], 7])
def test_an_answer_without_sense(scores):
    question = signature_calls.rank([RankRequest("1", ("a", "b"))])
    with pytest.raises(CallError, match="not an answer of the rank signature: ") as caught:
        question.answer({signatures.SCORES: scores}, "x:1")
    assert (caught.value.code, caught.value.address) == ("INTERNAL", "x:1")
