import json

import pytest

from schemas.canonical_event import Surface
from serving.client.answers import RankedItem
from serving.client.call import CallError
from serving.shop_log.event_log import HistoryLimits
from tests.support.raw_files import write
from tfx_pipeline.cli.asking.asked_user import explain, limits, ranked_json, ranked_table, served_model
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config

ASKING = {
    "query": ["e", "--user", "8"],
    "recommend": ["--user", "8"],
    "similar": ["a"],
    "sessions": ["--user", "8"],
    "explore": ["--port", "0"],
}
"""Every command that asks a server, with what it needs."""


@pytest.mark.parametrize("name", ASKING)
def test_a_missing_log(name, ask, rank_server, tmp_path):
    (tmp_path / "events.csv").unlink()
    error = ask(rank_server, name, *ASKING[name], code=1).err
    assert error.startswith(f"tandem {name}: ") and f"{tmp_path}/events.csv: no such file." in error


@pytest.mark.parametrize("name", ["query", "recommend", "similar", "sessions"])
def test_a_log_of_another_layout_is_read_as_the_pipeline_reads_it(name, ask, retrieval_server, shop, tmp_path):
    """Other columns, seconds, packed, in editions of which the newest counts; `explore` reads by the same call."""
    asked = ASKING[name] if name == "similar" else [*ASKING[name][:-1], "7"]
    expected = ask(retrieval_server, name, *asked, "--json")
    header, *rows = (tmp_path / "events.csv").read_text().splitlines()
    (tmp_path / "events.csv").unlink()
    assert header == "user_id,timestamp_ms,surface,query,session_id,item_id"
    for edition, kept in ((1, rows[:1]), (2, rows)):
        (tmp_path / f"1/v{edition}").mkdir(parents=True)
        write(tmp_path / f"1/v{edition}/log.csv.zst", "\n".join(["who,at,where,typed,visit,what", *kept]) + "\n")
    columns = {"user_id": "who", "timestamp": "at", "surface": "where", "query": "typed", "session_id": "visit"}
    columns |= {"item_id": "what", "time_unit": "s"}
    settings = [f"data.columns.{field}={column}" for field, column in columns.items()]
    settings.append(f"data.events={tmp_path}/{{SPAN}}/v{{VERSION}}/log.csv.zst")
    options = [part for setting in settings for part in ("--set", setting)]
    assert ask(retrieval_server, name, *asked, "--json", *options) == expected


@pytest.mark.parametrize("name", ["query", "recommend", "similar", "sessions"])
def test_rows_that_cannot_be_used_are_told(name, ask, retrieval_server, tmp_path):
    with open(tmp_path / "events.csv", "a") as file:
        file.write("7,noon,recommendation,,,b\n")
    said = ask(retrieval_server, name, *ASKING[name]).err
    assert said.startswith("1 rows of the log cannot be used: unparsable time (1). The first: ")
    # Where nothing can be used, that is the answer.
    (tmp_path / "events.csv").write_text(
        "user_id,timestamp_ms,surface,query,session_id,item_id\n7,noon,recommendation,,,b\n"
    )
    assert "none of 1 rows can be used." in ask(retrieval_server, name, *ASKING[name], code=1).err


@pytest.mark.parametrize("name", ["query", "recommend", "similar", "sessions"])
def test_a_server_without_the_model(name, ask, half_plus_two_server, tmp_path):
    def error():
        printed = ask(half_plus_two_server, name, *ASKING[name], code=1)
        assert printed.out == ""
        return printed.err

    address = half_plus_two_server.rest_address
    missing = f"the server at {address} has no model 'shop': Servable not found for request: Latest(shop)."
    assert f"tandem {name}: {missing} Nothing is pushed to {tmp_path}/run/pushed/shop yet: run `tandem run`" in error()
    version = tmp_path / "run" / "pushed" / "shop" / "1"
    version.mkdir(parents=True)
    (version / "saved_model.pb").touch()
    assert f"{missing} Is the server still loading it, or started with another configuration?" in error()


OTHER_PROGRAM = "another program listens there, not a model server (HTTP 200, text/html)"


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        ("UNAVAILABLE", "", "no model server answers at h:1. Start one with `tandem serve`. Nothing is pushed to "),
        ("UNKNOWN", OTHER_PROGRAM, f"h:1: {OTHER_PROGRAM}. Where is the model server? --address HOST:PORT"),
        ("INVALID_ARGUMENT", "bad shape", "h:1 answered INVALID_ARGUMENT: bad shape"),
    ],
)
def test_what_to_do_about_a_call_that_failed(code, message, told, shop):
    assert explain(CallError(code, message, "h:1"), *load_config(str(shop)).served_models).startswith(told)


def test_histories_are_as_long_as_in_training(shop):
    overrides = ["data.recommendation_history=3", "data.search_history=4", "data.items_per_session=2"]
    assert limits(load_config(str(shop), overrides)) == HistoryLimits(3, 4, 2)


def test_each_surface_is_asked_of_the_model_that_serves_it(shop):
    both = load_config(str(shop))
    assert [served_model(both, surface).name for surface in Surface] == ["shop", "shop"]
    one = load_config(str(shop), ["model=unifiedssr", "fine_tuning.surfaces=[search]"])
    assert served_model(one, Surface.SEARCH).name == "shop_search"
    with pytest.raises(ConfigError, match="no model of this configuration serves recommendation; there is shop_search"):
        served_model(one, Surface.RECOMMENDATION)


class _Titles:
    """The part of a log that the lists read."""

    def title(self, item_id):
        return f"title of {item_id}"


def test_the_source_of_each_item_is_shown_if_the_model_tells_it():
    told = [RankedItem("a", 0.75, "words"), RankedItem("b", 0.5, "vectors")]
    header, first, _ = ranked_table(told, _Titles()).splitlines()
    assert header.split() == ["rank", "item", "title", "score", "source"] and first.split()[-1] == "words"
    items = json.loads(ranked_json({}, told, _Titles()))["items"]
    assert [item["source"] for item in items] == ["words", "vectors"]
    untold = [RankedItem("a", 0.75)]
    assert "source" not in ranked_table(untold, _Titles()) + ranked_json({}, untold, _Titles())


def test_it_says_that_the_most_popular_items_stand_in_where_nothing_is_known(ask, source_server):
    told = ": the most popular items."
    assert f"The model knows nothing of this query{told}" in ask(source_server, "query", "zzz", "--user", "x").err
    assert f"The model knows nothing of this user{told}" in ask(source_server, "recommend", "--user", "x").err
    assert told not in ask(source_server, "recommend", "--user", "7").err
