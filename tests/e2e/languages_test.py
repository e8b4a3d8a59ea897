"""A log in nine languages, from its raw file to an answered query: the word of a query finds titles that have it."""

import csv
import unicodedata

import pytest

from components.synthetic_log.layouts.words import LANGUAGES
from schemas.word_splitting import words
from serving.client.ranking_client import RankingClient
from serving.client.requests import RankRequest
from tfx_pipeline.cli.main import main

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

# Topics take turns: topic n is in language n, modulo their number.
NAMES = list(LANGUAGES)
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
  events: 12000
  events_per_user: 30
  items: 180
  topics: {len(NAMES)}
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
  epochs: 3
  batch_size: 128
  learning_rate: 0.005
evaluation:
  margin: 0.0001
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
def titles(folder):
    """The title of each item."""
    (file,) = (folder / "log").glob("items*.tsv")
    with open(file, encoding="utf-8", newline="") as rows:
        return {row["item_id"]: row["title"] for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)}


@pytest.fixture(scope="module")
def client(folder):
    from serving.local_server.server import LocalServer, ServerConfig

    with LocalServer(ServerConfig("languages", str(folder / "run" / "serving"), port=0, rest_api_port=0)) as running:
        assert running.model.wait_until_settled() is None
        with RankingClient(running.rest_address, "languages") as asking:
            yield asking


@pytest.mark.parametrize("place", range(len(LANGUAGES)), ids=list(LANGUAGES))
def test_a_word_finds_titles_that_have_it(client, titles, place):
    """However it is typed: in capitals, and with each accent as a character of its own."""
    of_language = {item: title for item, title in titles.items() if (int(item) - 1) % len(LANGUAGES) == place}
    found = wanted = 0
    for title in list(of_language.values())[:5]:
        # Without spaces, the longest piece that the model sees is a pair of characters.
        word = title.split()[0] if " " in title else title[:4]
        # Nothing in a text says that it is Turkish, where the capital of ı is that of i elsewhere.
        typed = unicodedata.normalize("NFD", word if NAMES[place] == "turkish" else word.upper())
        best = client.rank(RankRequest("", tuple(titles), typed))[:3]
        wanted += len(best)
        found += sum(bool({*words(word)} & {*words(titles[item.item_id])}) for item in best)
    # By chance it would be one in nine languages, and a word of eight in it.
    assert found >= 0.8 * wanted, f"{found} of {wanted}"
