"""Histories from the files of each source; `tests/components/.../adapters` has what a row of each becomes."""

import dataclasses
import json

import pytest

from components.raw_files.refusal import DataError
from components.sources.adapters.amazon_reviews import with_query
from components.sources.data_config import DataConfig
from schemas.canonical_event import Event, Item, Surface, Token
from serving.shop_log.event_log import HistoryLimits
from tests.support.raw_files import write
from tfx_pipeline.cli.asking.source_log import read_source_log


def history(log, user):
    return log.history_of(user, HistoryLimits(9, 9, 9))


def feed(item):
    return Token(Surface.RECOMMENDATION, (item,))


def search(query, *items):
    return Token(Surface.SEARCH, items, query)


@pytest.fixture
def shop_files(tmp_path):
    """Two files of events and one of items: 3 events of u, one of v, a row that only showed an item, 4 bad rows."""
    header = "user_id\ttimestamp_ms\tsurface\tquery\tsession_id\titem_id\tlabel\n"
    (tmp_path / "events-1.tsv").write_text(
        f"{header}u\t30\trecommendation\t\t\tmug\t1\nu\t20\trecommendation\t\t\tshown\t0\n\t5\trecommendation\t\t\tmug\t1\n"
    )
    (tmp_path / "events-2.tsv").write_text(
        f"{header}u\t10\tsearch\tred\ts1\tlamp\t1\nu\t10\tsearch\tred\ts1\tvase\t1\nu\t15\tsearch\tblue\ts2\t\t1\n"
        "v\t5\trecommendation\t\t\tmug\t1\ntoo\tshort\n"
    )
    (tmp_path / "items.tsv").write_text(
        "item_id\ttitle\tcategories\nlamp\tA LAMP\tlight\nmug\tA MUG\t\nmug\tTWICE\t\n\tno id\t\n"
    )
    return DataConfig(path=str(tmp_path), events="events*.tsv", items="items.tsv", earliest="")


def test_files_of_the_generic_layout(shop_files):
    log = read_source_log(shop_files)
    # By time over both files; what was only shown is no history, a search without a click is.
    assert history(log, "u") == (search("red", "lamp", "vase"), search("blue"), feed("mug"))
    assert history(log, "v") == (feed("mug"),)
    assert log.items["lamp"] == Item("lamp", "A LAMP", ("light",))
    # The first row of an item counts, as in the catalogue that the pipeline makes.
    assert (log.title("mug"), log.title("vase")) == ("A MUG", "vase")
    assert list(log.items) == ["lamp", "mug", "shown", "vase"]
    assert log.item_counts == {"mug": 2, "lamp": 1, "vase": 1}
    assert log.user_counts == {"u": 3, "v": 1}
    assert log.rejects == 3


def test_keeps_the_events_of_the_users_asked_for(shop_files):
    log = read_source_log(dataclasses.replace(shop_files, items=""), users=["v"])
    assert history(log, "v") == (feed("mug"),)
    assert log.events_of("u") == ()
    assert log.user_counts["u"] == 3
    assert list(log.items) == ["mug", "shown", "lamp", "vase"]


@pytest.mark.parametrize(
    ("files", "pattern", "clicked"),
    [
        # The newest edition of a day counts: what the older one held is not read beside it.
        (["1/v1/a.csv", "1/v2/b.csv", "2/v1/c.csv"], "{SPAN}/v{VERSION}/*.csv", ["b", "c"]),
        (["1/a.csv", "2/b.csv", "3/c.csv"], "{SPAN}/*.csv", ["b", "c"]),
        (["a.csv.zst", "b.csv.bz2"], "*.csv*", ["a", "b"]),
    ],
    ids=["editions", "the last two days", "packed files"],
)
def test_files_are_those_that_the_pipeline_reads(files, pattern, clicked, tmp_path):
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        item = (tmp_path / file).name[0]
        write(tmp_path / file, f"user_id,timestamp_ms,surface,item_id\nu,5,recommendation,{item}\n")
    last_spans = 2 if "{SPAN}" in pattern else 0
    log = read_source_log(DataConfig(path=str(tmp_path), events=pattern, last_spans=last_spans, earliest=""))
    assert [event.item_id for event in log.events_of("u")] == clicked


def test_amazon_queries_are_those_that_the_pipeline_makes(tmp_path):
    users = [f"A{number}" for number in range(20)]
    rows = [json.dumps({"reviewerID": user, "asin": "B01", "unixReviewTime": 5}) for user in users]
    (tmp_path / "reviews.json").write_text("\n".join(rows) + "\n")
    paths = [["Home", "Cups"], ["Gifts", "Cups"]]
    (tmp_path / "meta.json").write_text(repr({"asin": "B01", "title": "Cup", "categories": paths}) + "\n")
    config = DataConfig(source="amazon_reviews", path=str(tmp_path), events="reviews.json", items="meta.json")
    log = read_source_log(config, users)
    item = Item("B01", queries=("home cups", "gifts cups"))
    made = [with_query(Event(user, 5_000, Surface.RECOMMENDATION, item_id="B01"), item) for user in users]
    assert [log.events_of(user) for user in users] == [[event] for event in made]
    assert {event.query for event in made} == {"", "home cups", "gifts cups"}


def test_what_cannot_be_read_is_told(tmp_path):
    with pytest.raises(DataError, match="^data.source = 'kwai': there is no such adapter"):
        read_source_log(DataConfig(source="kwai"))
    with pytest.raises(DataError, match="^data.events = .*/nothing[*]: no such file"):
        read_source_log(DataConfig(path=str(tmp_path), events="nothing*"))
    (tmp_path / "rec_inter.csv").write_text("user_id,item_id\n")
    with pytest.raises(DataError, match=r"rec_inter\.csv: has no column 'timestamp', 'click'"):
        read_source_log(DataConfig(source="kuaisar", path=str(tmp_path), events="rec_inter.csv"))
