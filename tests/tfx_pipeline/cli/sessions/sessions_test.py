"""`tandem sessions` against a real server, which divides histories into halves."""

import json
from xml.etree import ElementTree

from schemas.canonical_event import Surface
from serving.client.answers import Session
from tfx_pipeline.cli.sessions.session_events import Division, EventSessions, SessionEvent
from tfx_pipeline.cli.sessions.session_table import sessions_text


def test_a_row_an_event_and_a_column_a_session(ask, retrieval_server):
    printed = ask(retrieval_server, "sessions", "--user", "7")
    assert "User '7': 4 history tokens are sent along." in printed.err
    feed = "Feed, by what was clicked:\nevent  what  1: 0.0-1.0  2: 1.0-2.0\n"
    feed += "    1  BEE   100%\n    2  ANT               100%\n"
    assert printed.out == (
        f"{feed}\n"
        "Search, by what was clicked:\nevent  what        1: 0.0-1.0  2: 1.0-2.0\n"
        '    1  "red": CAT  100%\n    2  "a": DOG                100%\n\n'
        "Search, by what was searched for:\nevent  what        1: 0.0-0.5  2: 0.5-2.0\n"
        '    1  "red": CAT  50%         50%\n    2  "a": DOG                100%\n'
    )
    assert ask(retrieval_server, "sessions", "--user", "7", "--surface", "recommendation").out == feed


def test_what_would_be_printed_as_nothing_is_left_out():
    division = Division("what was clicked", (Session(0.0, 1.0, (0.004,)), Session(0.0, 1.0, (0.006,))))
    shown = EventSessions(Surface.SEARCH, (SessionEvent("red", ("ANT", "BEE")),), (division,))
    assert sessions_text(shown).splitlines()[-1] == '    1  "red": ANT, BEE              1%'


def test_json_over_grpc(ask, retrieval_server):
    printed = ask(retrieval_server, "sessions", "--user", "7", "--json", "--protocol", "grpc")
    feed, search = json.loads(printed.out)["histories"]
    assert (feed["surface"], search["surface"]) == ("recommendation", "search")
    assert feed["events"] == [{"query": "", "titles": ["BEE"]}, {"query": "", "titles": ["ANT"]}]
    by_queries = search["divisions"][1]
    assert by_queries["made_by"] == "what was searched for"
    assert by_queries["sessions"][0] == {"start": 0.0, "end": 0.5, "shares": [0.5, 0.0]}


def test_a_picture(ask, retrieval_server, tmp_path):
    file = tmp_path / "sessions.svg"
    printed = ask(retrieval_server, "sessions", "--user", "7", "--picture", file)
    assert printed.out.startswith("Feed, by what was clicked:\n")
    assert f"Drawn: {file}" in printed.err
    words = [each.text for each in ElementTree.parse(file).iter("{http://www.w3.org/2000/svg}text")]
    assert words[:3] == ["The sessions of user 7", "Feed", "Sessions by what was clicked"]
    nowhere = tmp_path / "no" / "such.svg"
    error = ask(retrieval_server, "sessions", "--user", "7", "--picture", nowhere, code=1).err
    assert f"tandem sessions: [Errno 2] No such file or directory: '{nowhere}'" in error


def test_a_user_without_history(ask, retrieval_server):
    printed = ask(retrieval_server, "sessions", "--user", "nobody")
    assert printed.out == "Feed: no events.\n\nSearch: no events.\n"
    assert "User 'nobody' is not in the event log" in printed.err


def test_a_log_of_one_surface(ask, retrieval_server, shop):
    header, *rows = (shop.parent / "events.csv").read_text().splitlines()
    (shop.parent / "events.csv").write_text("\n".join([header, *(row for row in rows if "search" not in row)]) + "\n")
    assert ask(retrieval_server, "sessions", "--user", "7").out.startswith("Feed, by what was clicked:\n")
    assert "Search" not in ask(retrieval_server, "sessions", "--user", "7").out
    error = ask(retrieval_server, "sessions", "--user", "7", "--surface", "search", code=2).err
    assert "tandem sessions: the log has no search event with an engagement" in error


def test_a_model_of_one_surface(ask, retrieval_server):
    only = "--set=train.surfaces=[search]"
    assert ask(retrieval_server, "sessions", "--user", "7", only).out.startswith("Search, by what was clicked:\n")
    error = ask(retrieval_server, "sessions", "--user", "7", only, "--surface", "recommendation", code=2).err
    assert "no model of this configuration serves recommendation" in error


def test_a_model_that_divides_nothing(ask, rank_server):
    printed = ask(rank_server, "sessions", "--user", "7", code=1)
    assert printed.out == ""
    assert (
        "tandem sessions: the model 'shop' does not divide histories into sessions. It has no signature `sessions`, "
        "only rank. A model with session modelling has it: `model: unifiedssr` in the configuration."
    ) in printed.err
