"""What the page asks the models, in front of a real model server."""

import dataclasses
import socket
import time

import pytest
from starlette.testclient import TestClient

from schemas import signatures
from schemas.canonical_event import Surface
from serving.client.answers import RankedItem
from serving.client.ranking_client import RankingClient
from serving.client.retry import RetryPolicy
from serving.client.transport import VersionState
from serving.explore.app import explore_app
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
def page(explored):
    return TestClient(explore_app(explored), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def page_of_retriever(retrieval_server):
    with explored_at(retrieval_server.rest_address) as explored:
        yield TestClient(explore_app(explored), base_url="http://localhost")


def test_how_the_models_are(page):
    state = {"version": 7, "signatures": ["explain", "rank"], "problem": ""}
    assert page.get("/api/models").json() == {
        "models": [{"surface": "recommendation"} | state, {"surface": "search"} | state]
    }


def test_the_feed_by_the_history_that_is_told(page):
    """An item's score is its own and 1 for each event that begins like it; what user 7 has is left out."""
    answer = page.post("/api/best", json=FEED | {"history": HISTORY, "k": 2}).json()
    assert (answer["signature"], answer["candidates"]) == ("rank", {"ranked": 5, "catalogue": 5})
    assert [(item["item_id"], item["title"]) for item in answer["items"]] == [("b2", "Brown basket"), ("c2", MARKUP)]
    assert answer["items"][0]["score"] == pytest.approx(1 + BASE_SCORES["b2"])
    without = page.post("/api/best", json=FEED | {"history": HISTORY[1:], "k": 3}).json()
    assert [item["item_id"] for item in without["items"]] == ["c2", "a1", "a2"]


def test_a_search(page):
    asked = {"surface": "search", "user": "8", "query": "d", "k": 1}
    (best,) = page.post("/api/best", json=asked).json()["items"]
    assert (best["item_id"], best["score"]) == ("d1", pytest.approx(1.05))


def test_the_version_and_the_time_of_an_answer(page):
    answer = page.post("/api/best", json=FEED).json()
    assert answer["version"] == 7
    assert answer["milliseconds"] > 0


def test_what_the_user_did_next_may_be_found(page):
    """The log says that user 7 has c1; the moment of the question lies before."""
    answer = page.post("/api/best", json=FEED | {"history": HISTORY[:1], "k": 9, "next": ["c1"]}).json()
    assert [item["item_id"] for item in answer["items"]] == ["b2", "a1", "a2", "c1", "c2", "d2"]


def test_items_of_a_category(page):
    answer = page.post("/api/best", json=FEED | {"k": 9, "category": ["Light"]}).json()
    assert [item["item_id"] for item in answer["items"]] == ["a1"]
    answer = page.post("/api/best", json=FEED | {"category": ["Nowhere"]})
    assert (answer.status_code, answer.json()) == (400, {"error": "there is no item to rank"})


def test_words_of_a_query(page):
    """The model answers to first letters: `q` is that of the word which nobody uses and of no item."""
    told = page.post("/api/words", json={"surface": "search", "query": "Blue zebra"}).json()["words"]
    assert told == [
        {"word": "blue", "titles": 1, "queries": 0, "is_told_apart": True},
        {"word": "zebra", "titles": 0, "queries": 0, "is_told_apart": False},
    ]


def test_similar_items(page, page_of_retriever):
    """Items of scores 5 and 4 lie 1 of 8 apart."""
    answer = page_of_retriever.post("/api/similar", json=FEED | {"item": "é"}).json()
    assert answer["items"][0] == {"item_id": "d", "title": "d", "score": 0.875}
    assert page_of_retriever.post("/api/similar", json=FEED | {"item": "nothing"}).json() == {"items": []}
    assert page.post("/api/similar", json=FEED | {"item": "a1"}).json() == {"items": None}


def test_sessions(page, page_of_retriever):
    """The search is one event, and two sessions of half an event; by queries the first is a quarter long."""
    asked = {"surface": "search", "user": "7", "history": HISTORY}
    divided = page_of_retriever.post("/api/sessions", json=asked).json()["divided"]
    assert divided["tokens"] == [1]
    assert [[each["start"], each["end"]] for each in divided["by_clicks"]] == [[0.0, 0.5], [0.5, 1.0]]
    assert [[each["start"], each["end"]] for each in divided["by_queries"]] == [[0.0, 0.25], [0.25, 1.0]]
    assert page.post("/api/sessions", json=asked).json() == {"divided": None}


def test_a_model_that_retrieves_is_asked_to(page_of_retriever):
    answer = page_of_retriever.post("/api/best", json=FEED).json()
    assert (answer["signature"], answer["candidates"]) == ("recommend", None)
    assert answer["items"] == [{"item_id": "é", "title": "é", "score": 5.0}]


def test_what_weighed(page):
    told = page.post("/api/influence", json=FEED | {"history": [*HISTORY, HISTORY[0]], "item": "b2"}).json()
    assert told == {"score": pytest.approx(2.3), "measure": "attention", "of_events": [0.5, 1.0, 0.5]}


class Recorder:
    """A client that keeps what it is asked."""

    def __init__(self):
        self.asked = []

    def signature_names(self):
        return {signatures.RANK}

    def version_states(self):
        return [VersionState(7, "AVAILABLE")]

    def rank(self, request):
        self.asked.append(request)
        return [RankedItem(item_id, 0.0) for item_id in request.candidates]


@pytest.mark.parametrize(
    ("inputs", "tells_time", "context"),
    [((), False, {}), (("device",), False, {"device": ""}), ((signatures.RANK_TIMESTAMP_MS,), True, {})],
)
def test_the_moment_is_told_where_a_model_wants_to_know(explored, inputs, tells_time, context):
    recorder = Recorder()
    curious = dataclasses.replace(explored, moment_inputs=inputs, clients={Surface.RECOMMENDATION: recorder})
    before_ms = time.time() * 1000 - 1
    assert TestClient(explore_app(curious), base_url="http://127.0.0.1").post("/api/best", json=FEED).is_success
    (request,) = recorder.asked
    assert request.context == context
    assert request.timestamp_ms > before_ms if tells_time else request.timestamp_ms is None


@pytest.mark.parametrize(
    ("path", "fields", "message"),
    [
        ("best", {"surface": "shelf"}, "surface should be recommendation or search. Received: 'shelf'"),
        ("influence", {}, "A candidate is empty, which stands for padding."),
    ],
)
def test_questions_that_make_no_sense(page, path, fields, message):
    answer = page.post(f"/api/{path}", json=FEED | fields)
    assert (answer.status_code, answer.json()) == (400, {"error": message})


def test_a_question_without_end(page):
    answer = page.post("/api/best", content=b" " * (MOST_BYTES + 1))
    assert (answer.status_code, answer.json()["error"]) == (400, f"a question has at most {MOST_BYTES} bytes")


def test_a_surface_that_none_serves(explored):
    feed_alone = dataclasses.replace(explored, clients={Surface.RECOMMENDATION: explored.clients[Surface.SEARCH]})
    answer = TestClient(explore_app(feed_alone), base_url="http://127.0.0.1").post(
        "/api/best", json={"surface": "search", "user": "7", "query": "x"}
    )
    assert (answer.status_code, answer.json()) == (400, {"error": "no model serves search"})


def test_no_model_server(explored):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        with RankingClient(address, "shop", retry=RetryPolicy(attempts=1)) as client:
            alone = dataclasses.replace(explored, clients={Surface.RECOMMENDATION: client})
            answer = TestClient(explore_app(alone), base_url="http://127.0.0.1").post("/api/best", json=FEED)
    assert answer.status_code == 503
    assert answer.json()["error"].startswith(f"recommendation: {address} answered UNAVAILABLE: ")
