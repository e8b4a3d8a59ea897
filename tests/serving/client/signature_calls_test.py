"""Questions: which call goes out, and what is made of outputs that make no sense. Answers: `client_test.py`."""

import pytest

from schemas import signatures
from serving.client import signature_calls
from serving.client.answers import RankedItem
from serving.client.call import CallError
from serving.client.requests import RankRequest, RetrievalRequest, UserRequest


@pytest.mark.parametrize(
    ("question", "signature"),
    [
        (signature_calls.rank([RankRequest("1", ("a",))]), signatures.RANK),
        (signature_calls.explain(RankRequest("1", ("a",))), signatures.EXPLAIN),
        (signature_calls.recommend(RetrievalRequest("1")), signatures.RECOMMEND),
        (signature_calls.search(RetrievalRequest("1", query="q")), signatures.SEARCH),
        (signature_calls.retrieve(RetrievalRequest("1")), signatures.RECOMMEND),
        (signature_calls.retrieve(RetrievalRequest("1", query="q")), signatures.SEARCH),
        (signature_calls.similar_items("a", 3), signatures.SIMILAR_ITEMS),
        (signature_calls.embed_user(UserRequest("1")), signatures.EMBED_USER),
        (signature_calls.embed_query("q"), signatures.EMBED_QUERY),
        (signature_calls.embed_items(["a"]), signatures.EMBED_ITEM),
    ],
)
def test_each_asks_its_signature(question, signature):
    assert question.call.signature == signature


def test_each_asks_with_its_own_kind_of_request():
    with pytest.raises(ValueError, match="`recommend` takes no query, `search` does. Received: 'red'"):
        signature_calls.recommend(RetrievalRequest("1", query="red"))
    with pytest.raises(ValueError, match="`search` needs a query, `recommend` does without. Received: an empty one"):
        signature_calls.search(RetrievalRequest("1"))


def test_an_answer_is_read():
    question = signature_calls.rank([RankRequest("1", ("a", "b"))])
    ranked = question.answer({signatures.SCORES: [[0.25, 0.5]]}, "x:1")
    assert ranked == [[RankedItem("b", 0.5), RankedItem("a", 0.25)]]


@pytest.mark.parametrize("scores", [[[0.5]], [["high", "low"]], 7])
def test_an_answer_without_sense(scores):
    question = signature_calls.rank([RankRequest("1", ("a", "b"))])
    with pytest.raises(CallError, match="not an answer of the rank signature: ") as caught:
        question.answer({signatures.SCORES: scores}, "x:1")
    assert (caught.value.code, caught.value.address) == ("INTERNAL", "x:1")
