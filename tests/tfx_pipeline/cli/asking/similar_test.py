"""`tandem similar` against a real server, whose items are the more similar the closer their scores are."""

import json

import pytest

from tfx_pipeline.cli.main import main


@pytest.fixture
def ask(shop, retrieval_server, capsys):
    def ask(*arguments, address=retrieval_server.rest_address):
        code = main(["similar", *arguments, "--config", str(shop), "--address", address])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return ask


def test_a_table_with_titles(ask):
    code, out, err = ask("d", "--k", "3")
    assert code == 0
    assert out.splitlines() == [
        "rank  item  title   score",
        "   1  c     CAT    0.8750",
        "   2  é     é      0.8750",
        "   3  b     BEE    0.7500",
    ]
    assert "Similar to 'd': DOG" in err


def test_json_over_grpc(ask, retrieval_server):
    code, out, _ = ask("a", "--json", "--protocol", "grpc", address=retrieval_server.grpc_address)
    answer = json.loads(out)
    assert code == 0
    assert {name: answer[name] for name in ("item", "title", "signature")} == {
        "item": "a",
        "title": "ANT",
        "signature": "similar_items",
    }
    assert answer["items"][0] == {"rank": 1, "item_id": "b", "title": "BEE", "score": 0.875}
    assert len(answer["items"]) == 4


def test_an_item_that_the_model_does_not_know(ask):
    assert ask("zebra") == (1, "", "tandem similar: the model does not know the item 'zebra'\n")


def test_a_model_without_the_signature(ask, rank_server):
    code, out, err = ask("a", address=rank_server.rest_address)
    assert (code, out) == (1, "")
    assert "the model 'shop' tells no similar items. It has no signature `similar_items`, only rank." in err


def test_a_server_without_the_model(ask, half_plus_two_server):
    code, _, err = ask("a", address=half_plus_two_server.rest_address)
    assert (code, "tandem similar: the server at" in err) == (1, True)


def test_a_number_that_cannot_be_meant(ask):
    assert ask("a", "--k", "10001") == (2, "", "tandem similar: `k` should be from 1 to 10000. Received: k=10001\n")


def test_a_missing_log(ask, tmp_path):
    (tmp_path / "events.csv").unlink()
    code, _, err = ask("a")
    assert (code, "events.csv: no such file." in err) == (1, True)
