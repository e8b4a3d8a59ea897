"""Many users asked at once, beside each asked alone by a server of the same model."""

import shutil

import numpy as np
import pytest

from components.retrieve_then_rank.composed_model import save_composed_model
from schemas.canonical_event import Surface, Token
from serving.client.ranking_client import RankingClient, WireProtocol
from serving.client.requests import RetrievalRequest, UserRequest
from tests.support.exported_retriever import HISTORY
from tests.support.local_servers import free_ports, serving
from tfx_pipeline.scoring.asked_recommender import AskedRecommender

USERS = [
    ("u1", HISTORY),
    ("nobody", ()),
    ("u2", (*HISTORY, *(Token(Surface.RECOMMENDATION, (f"item-{letter}",)) for letter in "efg"))),
]


@pytest.fixture(scope="module")
def asked(exported):
    return AskedRecommender(exported.model_dir)


@pytest.fixture(scope="module")
def client(exported, tmp_path_factory):
    base = tmp_path_factory.mktemp("served")
    shutil.copytree(exported.model_dir, base / "1")
    with serving(free_ports("shop", base), 1) as server:
        client = RankingClient(f"127.0.0.1:{server.rest_api_port}", "shop", WireProtocol.REST, timeout_s=120)
        with client:
            yield client


@pytest.mark.parametrize("exclude_seen", [True, False])
def test_each_gets_what_a_server_answers_to_it_alone(asked, client, exclude_seen):
    feeds = asked.feeds(USERS, 5, exclude_seen, vectors=True, moment_ms=0)
    for (user, history), feed in zip(USERS, feeds, strict=True):
        alone = client.retrieve(RetrievalRequest(user, 5, "", history, exclude_seen))
        assert feed.items == [each.item_id for each in alone]
        assert feed.scores.tolist() == pytest.approx([each.score for each in alone], abs=1e-5)
        assert feed.vector.tolist() == pytest.approx(client.embed_user(UserRequest(user, history)), abs=1e-5)
        seen = {item for token in history for item in token.items}
        assert not exclude_seen or not seen & {*feed.items}


def test_places_beyond_the_catalogue_are_no_items(asked):
    (feed,) = asked.feeds(USERS[:1], 50, exclude_seen=False, vectors=False, moment_ms=0)
    assert len(feed.items) == len(feed.scores) == 12 and len({*feed.items}) == 12 and feed.vector is None


def test_two_models_as_one_have_the_vectors_of_the_retriever(asked, client, exported, exported_unisar, tmp_path):
    save_composed_model(exported.model_dir, exported_unisar.model_dir, str(tmp_path), retrieved=5)
    items, vectors = AskedRecommender(str(tmp_path)).item_vectors()
    assert sorted(items) == [f"item-{letter}" for letter in "abcdefghijkl"]
    assert vectors == pytest.approx(np.array([each.vector for each in client.embed_items(items)]), abs=1e-5)
    assert vectors == pytest.approx(asked.item_vectors()[1])


def test_a_model_that_only_ranks_is_refused(exported_unisar):
    with pytest.raises(ValueError, match="the model ranks candidates and finds no items"):
        AskedRecommender(exported_unisar.model_dir)
