import json

import pytest

from schemas.canonical_event import Surface, Token
from serving.explore.page_requests import Question, QuestionError, question

FEED = {"surface": "recommendation", "user": "7"}


def test_a_whole_question():
    history = [
        {"surface": "search", "query": "red", "items": ["b", "c"]},
        {"surface": "recommendation", "query": "", "items": ["a"]},
        {"surface": "search", "query": "no click"},
    ]
    asked = {"user": "7", "surface": "search", "query": " mug ", "history": history, "k": 5, "item": "a"}
    asked |= {"category": ["Home", "Mugs"], "next": ["z"]}
    tokens = (
        Token(Surface.SEARCH, ("b", "c"), "red"),
        Token(Surface.RECOMMENDATION, ("a",)),
        Token(Surface.SEARCH, (), "no click"),
    )
    assert question(json.dumps(asked).encode()) == Question(
        "7", Surface.SEARCH, "mug", tokens, 5, "a", ("Home", "Mugs"), ("z",)
    )


def test_little_is_needed_and_no_query_where_the_question_is_not_about_a_list():
    assert question(json.dumps(FEED).encode()) == Question("7", Surface.RECOMMENDATION, "", (), 1, "")
    assert question(b'{"surface": "search"}', has_query=False).surface is Surface.SEARCH


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (b"{", "not JSON: "),
        (b"[" * 9999, "not JSON: "),
        (b"[]", "a question is a JSON object"),
        ({"surface": "shelf"}, "surface should be recommendation or search. Received: 'shelf'"),
        ({"surface": ["search"]}, "surface should be recommendation or search. Received: \\['search'\\]"),
        ({"query": "mug"}, "a search needs a query and the feed has none. Received: recommendation, 'mug'"),
        ({"surface": "search", "query": " "}, "a search needs a query and the feed has none. Received: search, ''"),
        ({"user": 7}, "user should be text. Received: 7"),
        ({"k": 0}, "k should be from 1 to 200. Received: 0"),
        ({"k": True}, "k should be from 1 to 200. Received: True"),
        ({"history": {}}, "history should be a list of objects"),
        ({"history": ["a"]}, "history should be a list of objects"),
        ({"history": [{"surface": "search", "items": [""]}]}, "the items of an event have ids. Received: an empty one"),
        ({"history": [{"surface": "search", "items": "ab"}]}, "items should be a list of texts. Received: 'ab'"),
        ({"category": "Home"}, "category should be a list of texts. Received: 'Home'"),
        ({"next": [1]}, "next should be a list of texts. Received: \\[1\\]"),
        ({"history": [{"surface": "recommendation"}]}, "an event of the feed has one item. Received: 0"),
    ],
)
def test_what_makes_no_sense(fields, message):
    with pytest.raises(QuestionError, match=message):
        question(fields if isinstance(fields, bytes) else json.dumps(FEED | fields).encode())
