"""What the page asks the models, in front of a real model server."""

import dataclasses
import time
from types import SimpleNamespace

import pytest

from schemas import signatures
from schemas.canonical_event import Surface
from serving.explore.page_requests import MOST_BYTES
from tests.support.explained_models import BASE_SCORES
from tests.support.explored_shop import MARKUP, explored_at

FEED = {"surface": "recommendation", "user": "7"}
HISTORY = [
    {"surface": "recommendation", "query": "", "items": ["b1"]},
    {"surface": "search", "query": "clock", "items": ["c1", "d1"]},
]


@pytest.fixture(scope="module")
def explored(explaining_server):
    with explored_at(explaining_server.rest_address) as explored:
        yield explored


@pytest.fixture(scope="module")
def page(explored, asked_of):
    """An item's score is its own, and 1 for each event that begins like it; what user 7 has is left out."""
    return asked_of(explored)


@pytest.fixture(scope="module")
def page_of_retriever(retrieval_server, asked_of):
    with explored_at(retrieval_server.rest_address) as explored:
        yield asked_of(explored)


def asked(page, path, **fields):
    """The answer to a question of user 7's feed, unless the fields say otherwise."""
    return page.post(f"/api/{path}", json=FEED | fields).json()


def best(page, **fields):
    return [item["item_id"] for item in asked(page, "best", **fields)["items"]]


def test_how_the_models_are(page):
    state = {"version": 7, "signatures": ["explain", "rank"], "problem": ""}
    surfaces = [{"surface": "recommendation"} | state, {"surface": "search"} | state]
    assert page.get("/api/models").json() == {"models": surfaces}


def test_a_list_and_how_it_came_about(page, page_of_retriever):
    answer = asked(page, "best", history=HISTORY, k=2)
    assert answer.pop("milliseconds") > 0
    scores = [pytest.approx(1 + BASE_SCORES[item_id]) for item_id in ("b2", "c2")]
    assert answer == {
        "signature": "rank",
        "version": 7,
        "candidates": {"ranked": 5, "catalogue": 5},
        "items": [
            {"item_id": "b2", "title": "Brown basket", "score": scores[0], "parts": [["Brown basket", False]]},
            {"item_id": "c2", "title": MARKUP, "score": scores[1], "parts": [[MARKUP, False]]},
        ],
    }
    answer = asked(page_of_retriever, "best")
    assert (answer["signature"], answer["candidates"]) == ("recommend", None)
    assert answer["items"] == [{"item_id": "é", "title": "é", "score": 5.0, "parts": [["é", False]]}]


def test_what_is_told_decides_what_is_found(page):
    assert best(page, history=HISTORY[1:], k=3) == ["c2", "a1", "a2"]
    assert best(page, surface="search", user="8", query="d") == ["d1"]
    # The log says that user 7 has c1; the moment of the question lies before.
    assert best(page, history=HISTORY[:1], k=9, next=["c1"]) == ["b2", "a1", "a2", "c1", "c2", "d2"]
    assert best(page, k=9, category=["Light"]) == ["a1"]


def test_words_of_a_query(page):
    """The model answers to first letters: `q` is that of the word which nobody uses and of no item."""
    blue, zebra = asked(page, "words", surface="search", query="Blue zebra")["words"]
    assert blue == {"word": "blue", "titles": 1, "queries": 0, "is_told_apart": True}
    assert zebra == {"word": "zebra", "titles": 0, "queries": 0, "is_told_apart": False}


@pytest.mark.parametrize(("fold_accents", "is_known"), [(True, True), (False, False)])
def test_accents_count_as_the_model_was_trained(explaining_server, asked_of, fold_accents, is_known):
    with explored_at(explaining_server.rest_address) as explored:
        page = asked_of(dataclasses.replace(explored, fold_accents=fold_accents))
        (word,) = asked(page, "words", surface="search", query="Ámber")["words"]
        assert (word["word"], word["titles"]) == (("amber", 1) if is_known else ("ámber", 0))
        listed = {item["item_id"]: item for item in asked(page, "best", surface="search", query="Ámber")["items"]}
        assert listed["a1"]["parts"] == ([["Amber", True], [" lamp", False]] if is_known else [["Amber lamp", False]])


def test_similar_items(page, page_of_retriever):
    """Items of scores 5 and 4 lie 1 of 8 apart."""
    first, *_ = asked(page_of_retriever, "similar", item="é")["items"]
    assert first == {"item_id": "d", "title": "d", "score": 0.875}
    assert asked(page_of_retriever, "similar", item="nothing") == {"items": []}
    assert asked(page, "similar", item="a1") == {"items": None}


def test_sessions(page, page_of_retriever):
    """The search is one event, and two sessions of half an event; by queries the first is a quarter long."""
    divided = asked(page_of_retriever, "sessions", surface="search", history=HISTORY)["divided"]
    assert divided["tokens"] == [1]
    assert [[each["start"], each["end"]] for each in divided["by_clicks"]] == [[0.0, 0.5], [0.5, 1.0]]
    assert [[each["start"], each["end"]] for each in divided["by_queries"]] == [[0.0, 0.25], [0.25, 1.0]]
    assert asked(page, "sessions", surface="search", history=HISTORY) == {"divided": None}


def test_what_weighed(page):
    told = asked(page, "influence", history=[*HISTORY, HISTORY[0]], item="b2")
    assert told == {"score": pytest.approx(2.3), "measure": "attention", "of_events": [0.5, 1.0, 0.5]}


@pytest.mark.parametrize(
    ("inputs", "tells_time", "context"),
    [((), False, {}), (("device",), False, {"device": ""}), ((signatures.RANK_TIMESTAMP_MS,), True, {})],
)
def test_the_moment_is_told_where_a_model_wants_to_know(explored, asked_of, inputs, tells_time, context):
    requests = []
    recorder = SimpleNamespace(
        signature_names=lambda: {signatures.RANK},
        version_states=lambda: [],
        rank=lambda request: requests.append(request) or [],
    )
    curious = dataclasses.replace(explored, moment_inputs=inputs, clients={Surface.RECOMMENDATION: recorder})
    before_ms = time.time() * 1000 - 1
    assert asked_of(curious).post("/api/best", json=FEED).is_success
    (request,) = requests
    assert request.context == context
    assert request.timestamp_ms > before_ms if tells_time else request.timestamp_ms is None


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("best", {"json": {"surface": "shelf"}}, "surface should be recommendation or search. Received: 'shelf'"),
        ("best", {"json": FEED | {"category": ["Nowhere"]}}, "there is no item to rank"),
        ("influence", {"json": FEED}, "A candidate is empty, which stands for padding."),
        ("best", {"content": b" " * (MOST_BYTES + 1)}, f"a question has at most {MOST_BYTES} bytes"),
    ],
)
def test_questions_that_make_no_sense(page, path, body, message):
    answer = page.post(f"/api/{path}", **body)
    assert (answer.status_code, answer.json()) == (400, {"error": message})


def test_a_surface_that_none_serves_and_a_server_that_is_not_there(page_of_log):
    feed_alone = page_of_log(surfaces=(Surface.RECOMMENDATION,))
    answer = feed_alone.post("/api/best", json={"surface": "search", "user": "7", "query": "x"})
    assert (answer.status_code, answer.json()) == (400, {"error": "no model serves search"})
    answer = feed_alone.post("/api/best", json=FEED)
    assert answer.status_code == 503
    assert answer.json()["error"].startswith("recommendation: 127.0.0.1:9 answered UNAVAILABLE: ")
