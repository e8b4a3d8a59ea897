"""`tandem query` against a real server."""

import json
import socket

import pytest

from tests.support.retrieval_models import QUERY_BONUS as RETRIEVAL_BONUS
from tests.support.saved_models import BASE_SCORES, HISTORY_BONUS, QUERY_BONUS
from tfx_pipeline.cli.main import main


@pytest.fixture
def ask(shop, rank_server, capsys):
    def ask(*arguments, address=rank_server.rest_address):
        code = main(["query", *arguments, "--config", str(shop), "--address", address])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return ask


def test_ranks_what_the_user_does_not_have(ask):
    code, out, err = ask("e", "--user", "8", "--k", "2")
    assert code == 0
    assert out == "rank  item  title   score\n   1  e     EMU    2.0000\n   2  b     BEE    0.2500\n"
    assert "User '8': 1 history tokens are sent along." in err


def test_grpc_and_json(ask, rank_server):
    code, out, _ = ask("e", "--user", "8", "--json", "--protocol", "grpc", address=rank_server.grpc_address)
    answer = json.loads(out)
    assert (code, answer["user"], answer["query"]) == (0, "8", "e")
    assert answer["items"][0] == {"rank": 1, "item_id": "e", "title": "EMU", "score": QUERY_BONUS}
    assert len(answer["items"]) == 4
    assert answer["signature"] == "rank"


def test_a_model_that_retrieves_searches_the_catalogue_itself(ask, retrieval_server):
    code, out, err = ask("b", "--user", "8", "--k", "2", "--json", address=retrieval_server.rest_address)
    answer = json.loads(out)
    assert (code, answer["signature"]) == (0, "search")
    # `é` is in the model's catalogue and not in the log's.
    assert [(item["item_id"], item["title"], item["score"]) for item in answer["items"]] == [
        ("b", "BEE", 2.0 + RETRIEVAL_BONUS),
        ("é", "é", 5.0),
    ]


def test_candidates_of_ones_own(ask, tmp_path):
    (tmp_path / "ids").write_text("c\n\na\nb\na\n")
    _, out, _ = ask("x", "--user", "8", "--json", "--candidates", str(tmp_path / "ids"))
    assert [(item["item_id"], item["score"]) for item in json.loads(out)["items"]] == [
        ("a", BASE_SCORES["a"] + HISTORY_BONUS),
        ("b", BASE_SCORES["b"]),
        ("c", BASE_SCORES["c"]),
    ]


def test_candidates_of_ones_own_are_ranked_by_a_model_that_retrieves_too(ask, tmp_path, retrieval_server):
    (tmp_path / "ids").write_text("a\nc\n")
    _, out, _ = ask("b", "--user", "8", "--candidates", str(tmp_path / "ids"), address=retrieval_server.rest_address)
    assert [line.split()[1] for line in out.splitlines()[1:]] == ["c", "a"]


def test_a_category(ask, retrieval_server):
    """The categories of the model that retrieves are first letters; those of the log's items stand in its file."""
    _, out, _ = ask("e", "--user", "8", "--category", "c", address=retrieval_server.rest_address)
    assert [line.split()[1] for line in out.splitlines()[1:]] == ["c"]
    code, _, err = ask("e", "--user", "8", "--category", "zoo")
    assert (code, "tandem query: there is no item to rank" in err) == (2, True)


def test_an_unknown_user(ask):
    code, out, err = ask("e", "--user", "nobody")
    assert code == 0
    assert "User 'nobody' is not in the event log: asking with an empty history." in err
    assert out.splitlines()[1].split() == ["1", "e", "EMU", "2.0000"]


def test_a_cut_catalogue_is_told(ask, monkeypatch):
    monkeypatch.setattr("serving.shop_log.best_items.choose_candidates.__defaults__", ((), (), 2))
    _, out, err = ask("e", "--user", "8")
    assert "Ranked: the 2 most popular of 4 items." in err
    assert len(out.splitlines()) == 3


def test_no_server_and_nothing_pushed(ask, tmp_path):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        code, out, err = ask("e", "--user", "8", address=address)
        assert (code, out) == (1, "")
        assert f"tandem query: no model server answers at {address}. Start one with `tandem serve`." in err
        assert f"Nothing is pushed to {tmp_path}/run/pushed/shop yet: run `tandem run` first." in err


def test_a_server_without_the_model(ask, half_plus_two_server, tmp_path):
    address = half_plus_two_server.rest_address
    code, _, err = ask("e", "--user", "8", address=address)
    assert code == 1
    assert f"the server at {address} has no model 'shop': Servable not found for request: Latest(shop)." in err
    assert "run `tandem run` first" in err
    version = tmp_path / "run" / "pushed" / "shop" / "1"
    version.mkdir(parents=True)
    (version / "saved_model.pb").write_bytes(b"")
    assert "Is the server still loading it, or started with another" in ask("e", "--user", "8", address=address)[2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["  ", "--user", "8"], "the query is empty; use `tandem recommend` to ask without one."),
        (["e", "--user", "8", "--k", "0"], "argument --k: should be a whole number from 1 on, not '0'"),
        (["e", "--user", "8", "--k", "10001"], "`k` should be from 1 to 10000. Received: k=10001"),
        (["e"], "the following arguments are required: --user"),
        (["e", "--user", "8", "--category", "c", "--candidates", "f"], "not allowed with argument --category"),
    ],
)
def test_wrong_usage(ask, arguments, message):
    code, out, err = ask(*arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_nothing_to_rank(ask, tmp_path):
    (tmp_path / "ids").write_text("\n")
    code, _, err = ask("e", "--user", "8", "--candidates", str(tmp_path / "ids"))
    assert code == 2
    assert "tandem query: there is no item to rank" in err


def test_a_missing_log(ask, tmp_path):
    (tmp_path / "events.csv").unlink()
    code, _, err = ask("e", "--user", "8")
    assert code == 1
    assert "events.csv: no such file." in err
