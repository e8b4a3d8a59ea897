"""A log in nine languages, from its raw file to an answered query: a word finds the items that it belongs to."""

import unicodedata

import pytest

from components.synthetic_log.layouts.words import LANGUAGES, WordList
from components.synthetic_log.made_catalogue import Catalogue
from serving.client.ranking_client import RankingClient
from serving.client.requests import RankRequest
from tfx_pipeline.cli.main import main
from tfx_pipeline.config.pipeline_config import load_config

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

# Topics take turns: topic n is in language n, modulo their number. Item n, from 1, is of topic n - 1, modulo theirs.
NAMES = list(LANGUAGES)
TOPICS = 3 * len(NAMES)
CONFIG = f"""
name: languages
model: unisar
root: run
data:
  path: log
  events: events*.tsv*
  items: items*.tsv*
  evaluation_negatives: 20
generate:
  events: 16000
  events_per_user: 30
  items: {10 * TOPICS}
  topics: {TOPICS}
  categories: {len(NAMES)}
  words_per_topic: 8
  languages: [{", ".join(NAMES)}]
  vague_queries: 0
  truth_users: 0
transform:
  words_per_query: 12
  words_per_title: 40
unisar:
  dim: 16
  user_dim: 8
  item_dim: 8
  word_dim: 16
  expert_units: 8
  tower_units: [8]
  prediction_units: [8]
  matching: true
  text_matching: true
train:
  epochs: 6
  batch_size: 128
  learning_rate: 0.005
evaluation:
  margin: 0.0001
  # Queries are words of titles, so that no model of a few seconds beats the rule that looks for these words.
  must_beat_baselines: false
  baselines: []
gate:
  examples: 8
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the log was made and a model of it pushed."""
    place = tmp_path_factory.mktemp("languages")
    (place / "languages.yaml").write_text(CONFIG)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        assert main(["generate", "--config", "languages.yaml"]) == 0
        assert main(["run", "--config", "languages.yaml"]) == 0
        yield place


@pytest.fixture(scope="module")
def client(folder):
    from serving.local_server.server import LocalServer, ServerConfig

    with LocalServer(
        ServerConfig("languages", str(folder / "run" / "pushed" / "languages"), port=0, rest_api_port=0)
    ) as running:
        assert running.model.wait_until_settled() is None
        with RankingClient(running.rest_address, "languages") as asking:
            yield asking


@pytest.mark.parametrize("place", range(len(NAMES)), ids=NAMES)
def test_a_word_finds_the_items_of_its_topic(client, place):
    """However it is typed: in capitals, and with each accent as a character of its own."""
    catalogue = Catalogue(load_config("languages.yaml").generate)
    words = WordList(catalogue.term_owners(), NAMES).words
    everything = tuple(str(number) for number in range(1, catalogue.items + 1))
    found = []
    for topic in range(place, TOPICS, len(NAMES)):
        word = words[topic * catalogue.config.words_per_topic]
        # Nothing in a text says that it is Turkish, where the capital of ı is that of i elsewhere.
        typed = unicodedata.normalize("NFD", word if NAMES[place] == "turkish" else word.upper())
        best = client.rank(RankRequest("", everything, typed))[:3]
        found += [(int(item.item_id) - 1) % TOPICS == topic for item in best]
    # By chance it would be one in 27.
    assert sum(found) >= 7, found
