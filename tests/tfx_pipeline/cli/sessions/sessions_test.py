"""`tandem sessions` against a real server, which divides histories into halves."""

import json
from xml.etree import ElementTree

import pytest

from tfx_pipeline.cli.main import main


@pytest.fixture
def show(shop, retrieval_server, capsys):
    def show(*arguments, address=retrieval_server.rest_address):
        code = main(["sessions", *arguments, "--config", str(shop), "--address", address])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return show


def test_tables(show):
    code, out, err = show("--user", "7")
    assert code == 0
    assert "User '7': 4 history tokens are sent along." in err
    assert out.splitlines() == [
        "Feed, by what was clicked:",
        "event  what  1: 0.0-1.0  2: 1.0-2.0",
        "    1  BEE   100%",
        "    2  ANT               100%",
        "",
        "Search, by what was clicked:",
        "event  what        1: 0.0-1.0  2: 1.0-2.0",
        '    1  "red": CAT  100%',
        '    2  "a": DOG                100%',
        "",
        "Search, by what was searched for:",
        "event  what        1: 0.0-0.5  2: 0.5-2.0",
        '    1  "red": CAT  50%         50%',
        '    2  "a": DOG                100%',
    ]


def test_one_surface_alone(show):
    _, out, _ = show("--user", "7", "--surface", "recommendation")
    assert "Feed" in out
    assert "Search" not in out


def test_json_over_grpc(show, retrieval_server):
    code, out, _ = show("--user", "7", "--json", "--protocol", "grpc", address=retrieval_server.grpc_address)
    feed, search = json.loads(out)["histories"]
    assert (code, feed["surface"], search["surface"]) == (0, "recommendation", "search")
    assert feed["events"] == [{"query": "", "titles": ["BEE"]}, {"query": "", "titles": ["ANT"]}]
    by_queries = search["divisions"][1]
    assert by_queries["made_by"] == "what was searched for"
    assert by_queries["sessions"][0] == {"start": 0.0, "end": 0.5, "shares": [0.5, 0.0]}


def test_a_picture(show, tmp_path):
    code, out, err = show("--user", "7", "--picture", str(tmp_path / "sessions.svg"))
    assert (code, out.splitlines()[0]) == (0, "Feed, by what was clicked:")
    assert f"Drawn: {tmp_path}/sessions.svg" in err
    words = [
        each.text for each in ElementTree.parse(tmp_path / "sessions.svg").iter("{http://www.w3.org/2000/svg}text")
    ]
    assert words[:3] == ["The sessions of user 7", "Feed", "Sessions by what was clicked"]


def test_a_user_without_history(show):
    code, out, err = show("--user", "nobody")
    assert (code, out) == (0, "Feed: no events.\n\nSearch: no events.\n")
    assert "User 'nobody' is not in the event log" in err


def test_a_model_that_divides_nothing(show, rank_server):
    code, out, err = show("--user", "7", address=rank_server.rest_address)
    assert (code, out) == (1, "")
    assert (
        "tandem sessions: the model 'shop' does not divide histories into sessions. It has no signature `sessions`, "
        "only rank. A model with session modelling has it: `model: unifiedssr` in the configuration."
    ) in err


def test_a_picture_that_cannot_be_written(show, tmp_path):
    code, _, err = show("--user", "7", "--picture", str(tmp_path / "no" / "such.svg"))
    assert code == 1
    assert "No such file or directory" in err


def test_a_missing_log(show, tmp_path):
    (tmp_path / "events.csv").unlink()
    code, _, err = show("--user", "7")
    assert code == 1
    assert "tandem sessions: " in err
    assert "events.csv: no such file." in err


def test_a_server_without_the_model(show, half_plus_two_server):
    code, _, err = show("--user", "7", address=half_plus_two_server.rest_address)
    assert code == 1
    assert "tandem sessions: the server at" in err
