"""Ids of any kind, of users and items, on the whole way: a file, events, examples, Transform, a model, an answer."""

import csv
import json
import shutil

import pytest

from components.item_catalog.table import CatalogItem
from components.sources.data_config import DataConfig
from schemas import features
from schemas.canonical_event import Item, Surface, Token
from serving.client.ranking_client import RankingClient, WireProtocol
from serving.client.requests import RankRequest, RetrievalRequest
from tests.support.exported_retriever import ITEMS, exported_retriever, texts, transformed
from tests.support.generated_examples import generate
from tests.support.odd_ids import ODD_IDS
from tfx_pipeline.cli.asking.source_log import read_source_log
from tfx_pipeline.cli.main import main

IDS = list(ODD_IDS.values())


@pytest.fixture(scope="module", params=["csv", "jsonl"])
def log(request, tmp_path_factory):
    """Each odd user engaged with the next three odd items."""
    folder = tmp_path_factory.mktemp("odd")
    rows = [
        {
            "user_id": user,
            "timestamp_ms": place * 10 + step,
            "surface": "recommendation",
            "item_id": IDS[(place + step) % len(IDS)],
        }
        for place, user in enumerate(IDS)
        for step in range(3)
    ]
    with open(folder / f"events.{request.param}", "w", encoding="utf-8", newline="") as file:
        if request.param == "csv":
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        else:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return DataConfig(
        path=str(folder), events=f"events.{request.param}", train_negatives=2, evaluation_negatives=2, earliest=""
    )


def test_they_are_read_and_cut_into_examples(log, tmp_path):
    read = read_source_log(log)
    assert set(read.events) == set(read.items) == set(IDS) and read.rejects == 0
    assert [event.item_id for event in read.events_of(IDS[0])] == IDS[:3]
    made = generate(tmp_path, log, [CatalogItem(Item(item), 3) for item in sorted(IDS)])
    # The first of three events is for training, the last for the test, with the first two as its history.
    assert {each[features.USER_ID][0]: each[features.CANDIDATES][0] for each in made.splits["train"]} == dict(
        zip(IDS, IDS, strict=True)
    )
    tests = {each[features.USER_ID][0]: each[features.HISTORY_ITEMS] for each in made.splits["test"]}
    assert tests == {user: [user, IDS[(place + 1) % len(IDS)]] for place, user in enumerate(IDS)}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of a model that knows these items and users."""
    from serving.local_server.server import LocalServer, ServerConfig

    folder = tmp_path_factory.mktemp("served")
    rows = [{features.ITEM_ID: [item]} for item in texts(IDS)]
    rows += [{features.USER_ID: [user], features.USER_ATTRIBUTES: [b"5"]} for user in texts(IDS)]
    exported = exported_retriever(folder, transformed(folder, rows))
    known = set(exported.transform_output.vocabulary_by_name(features.ITEM_VOCABULARY))
    assert known == {item.encode() for item in (*IDS, *ITEMS)}
    assert set(exported.transform_output.vocabulary_by_name(features.USER_VOCABULARY)) >= {
        user.encode() for user in IDS
    }
    shutil.copytree(exported.model_dir, folder / "odd" / "1")
    with LocalServer(ServerConfig("odd", str(folder / "odd"), port=0, rest_api_port=0)) as running:
        assert running.model.wait_until_settled() is None
        yield running


@pytest.mark.parametrize("protocol", WireProtocol)
def test_a_served_model_knows_and_answers_each(protocol, server):
    address = server.rest_address if protocol is WireProtocol.REST else server.grpc_address
    everything = len(IDS) + len(ITEMS)
    with RankingClient(address, "odd", protocol, timeout_s=60) as client:
        for place, odd in enumerate(IDS):
            seen = (Token(Surface.RECOMMENDATION, (odd,)),)
            found = client.retrieve(RetrievalRequest(odd, everything, history=seen, exclude_seen=True))
            # It knows what the user has seen by its very id, and names all others by theirs.
            assert {each.item_id for each in found} == {*IDS, *ITEMS} - {odd}
            near = client.similar_items(odd, everything)
            assert {each.item_id for each in near} == {*IDS, *ITEMS} - {odd}
            other = IDS[place - 1]
            ranked = client.rank(RankRequest(odd, (odd, other), history=seen))
            assert {each.item_id for each in ranked} == {odd, other}


def test_the_command_line_asks_for_each(log, server, tmp_path, capsys):
    (tmp_path / "odd.yaml").write_text(
        f"name: odd\nmodel: unifiedssr\ndata:\n  path: {log.path}\n  events: {log.events}\n  earliest: ''\n"
    )
    options = ["--config", str(tmp_path / "odd.yaml"), "--address", server.rest_address, "--k", "100"]
    for place, odd in enumerate(IDS):
        assert main(["recommend", f"--user={odd}", *options, "--json"]) == 0
        printed = capsys.readouterr()
        answer = json.loads(printed.out)
        owned = {IDS[(place + step) % len(IDS)] for step in range(3)}
        assert answer["user"] == odd and "3 history tokens are sent along" in printed.err
        assert {each["item_id"] for each in answer["items"]} == {*IDS, *ITEMS} - owned
    assert main(["similar", ITEMS[0], *options]) == 0
    table = capsys.readouterr().out
    # What would colour the terminal or turn the line is spelled.
    assert "\x1b" not in table and r"\x1b[31mred" in table
    assert "\u202e" not in table and r"abc\u202edef" in table
    assert len(table.splitlines()) == 1 + len(IDS) + len(ITEMS) - 1
