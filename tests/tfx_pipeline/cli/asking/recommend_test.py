"""`tandem recommend` against a real server."""

import bz2
from pathlib import Path

import pytest
import zstandard

from tfx_pipeline.cli.main import main

HEADER = "user_id,timestamp_ms,surface,query,session_id,item_id\n"


@pytest.fixture
def feed_of_user_8(shop, rank_server, capsys):
    """What `tandem recommend` prints for user 8 with these settings: the items, and what it says of the history."""

    def ask(*settings):
        options = [word for setting in settings for word in ("--set", setting)]
        arguments = ["recommend", "--user", "8", "--config", str(shop), "--address", rank_server.rest_address]
        assert main([*arguments, *options]) == 0
        printed = capsys.readouterr()
        return [line.split()[1] for line in printed.out.splitlines()[1:]], printed.err

    return ask


def test_the_newest_edition_of_a_day_counts(feed_of_user_8, shop):
    """As in the pipeline: what the older edition held is not read beside it."""
    days = Path(shop).parent / "days"
    for version, items in ((1, "a"), (2, "ab")):
        folder = days / "1" / f"v{version}"
        folder.mkdir(parents=True)
        rows = "".join(f"8,{time},recommendation,,,{item}\n" for time, item in enumerate(items, start=1))
        (folder / "events.csv").write_text(HEADER + rows)
    items, said = feed_of_user_8(f"data.events={days}/{{SPAN}}/v{{VERSION}}/events.csv")
    assert items == ["c", "d", "e"]
    assert "User '8': 2 history tokens are sent along." in said


def test_only_the_last_spans_are_read(feed_of_user_8, shop):
    for span, item in enumerate("abc", start=1):
        (Path(shop).parent / f"day-{span}.csv").write_text(f"{HEADER}8,{span},recommendation,,,{item}\n")
    items, said = feed_of_user_8(f"data.events={Path(shop).parent}/day-{{SPAN}}.csv", "data.last_spans=2")
    assert items == ["a", "d", "e"]
    assert "2 history tokens" in said


@pytest.mark.parametrize(("ending", "pack"), [("bz2", bz2.compress), ("zst", zstandard.compress)])
def test_logs_may_be_packed(feed_of_user_8, shop, ending, pack):
    packed = Path(shop).parent / f"packed.csv.{ending}"
    packed.write_bytes(pack(f"{HEADER}8,1,recommendation,,,e\n".encode()))
    items, said = feed_of_user_8(f"data.events={packed}")
    assert items == ["a", "b", "c", "d"]
    assert "1 history tokens" in said


def test_asks_without_a_query(shop, rank_server, capsys):
    arguments = ["recommend", "--user", "8", "--config", str(shop), "--address", rank_server.rest_address]
    assert main(arguments) == 0
    ranked = [line.split()[1] for line in capsys.readouterr().out.splitlines()[1:]]
    assert ranked == ["b", "c", "d", "e"]


def test_a_model_that_retrieves_leaves_out_what_the_user_has(shop, retrieval_server, capsys):
    """User 7 has a, b, c and d; the history that is sent along holds two of them."""
    limits = ["--set", "data.recommendation_history=1", "--set", "data.search_history=1"]
    options = ["--config", str(shop), *limits, "--address", retrieval_server.rest_address]
    assert main(["recommend", "--user", "7", "--k", "3", *options]) == 0
    printed = capsys.readouterr()
    assert [line.split()[1] for line in printed.out.splitlines()[1:]] == ["é"]
    assert "User '7': 2 history tokens are sent along." in printed.err
