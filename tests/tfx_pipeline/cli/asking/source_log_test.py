"""Histories from the files of each source; `tests/components/.../adapters` has what a row of each becomes."""

import dataclasses
import json
import time

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from components.raw_files.refusal import DataError
from components.sources.adapter import adapter
from components.sources.adapters.amazon_reviews import with_query
from components.sources.data_config import DataConfig
from components.sources.event_order import event_place
from components.sources.event_rows import EventColumns
from components.sources.source_events import source_events
from schemas.canonical_event import Event, Item, Surface, Token
from serving.shop_log.event_log import HistoryLimits
from tests.support.raw_files import make_pipeline, write
from tests.support.source_files import FEED, JD_USERS, SEARCHES
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


def test_rows_that_cannot_be_used_are_told(shop_files, tmp_path):
    said = []
    read_source_log(shop_files, say=said.append)
    assert said == [
        "3 rows of the log cannot be used: missing item (1), missing user (1), wrong number of columns (1). The first: "
        f"{tmp_path}/items.tsv:5: missing item: column 'item_id' is empty. `tandem check` tells more."
    ]
    # A log of which nothing can be used is not an unknown user.
    (tmp_path / "events-1.tsv").write_text("user_id\ttimestamp_ms\tsurface\titem_id\nu\tnoon\trecommendation\ta\n")
    config = dataclasses.replace(shop_files, events="events-1.tsv", items="")
    with pytest.raises(
        DataError, match="^data.events = .*/events-1.tsv: none of 1 rows can be used. 1 rows of the log"
    ):
        read_source_log(config, say=pytest.fail)


MAPPED = {"user_id": "who", "timestamp": "at", "time_unit": "s", "surface": "", "query": "typed", "item_id": "what"}
SECONDS_CSV = "what,who,at,typed,label\na,u,30,,1\nb,u,10,red,1\nc,u,20,,0\nd,v,5,,1\n,u,15,blue,1\n"
OTHERS_CSV = SECONDS_CSV.replace(",u,", ",w,").replace(",v,", ",x,")
FLOATS = "\n".join(
    json.dumps({"user_id": user, "timestamp_ms": time, "surface": "recommendation", "item_id": item, "label": label})
    for user, time, item, label in ((7.0, 20, 1009.0, True), (7, 10, 1001, 1.0), (8.0, 5, 1009, False))
)


@pytest.mark.parametrize(
    ("files", "settings", "users"),
    [
        ({"log.csv": SECONDS_CSV}, {"columns": EventColumns(**MAPPED)}, {"u", "v"}),
        ({"log.csv.zst": SECONDS_CSV, "log.csv.gz": OTHERS_CSV}, {"columns": EventColumns(**MAPPED)}, set("uvwx")),
        (
            {"1/v1/log.csv": "no,such,columns\n", "1/v2/log.csv": SECONDS_CSV, "2/v1/log.csv": SECONDS_CSV},
            {"columns": EventColumns(**MAPPED), "events": "{SPAN}/v{VERSION}/log.csv", "last_spans": 1},
            {"u", "v"},
        ),
        ({"log.jsonl": FLOATS}, {}, {"7", "8"}),
        ({"rec_inter.csv": (FEED, FEED.row), "src_inter.csv": (SEARCHES, SEARCHES.row)}, {"source": "kuaisar"}, {"7"}),
        ({"users.txt": (JD_USERS, JD_USERS.row, JD_USERS.row)}, {"source": "jdsearch"}, {"users.txt:2", "users.txt:3"}),
    ],
    ids=["columns and seconds", "packed", "editions", "floats and booleans", "KuaiSAR", "JDsearch"],
)
def test_users_have_the_events_that_the_pipeline_cuts_examples_from(files, settings, users, tmp_path):
    """Both readings of the same files: the pipeline's on Beam, and the command line's."""
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path / name, content if isinstance(content, str) else content[0].text(*content[1:]))
    events = settings.pop("events", "*.*")
    config = DataConfig(path=str(tmp_path), events=events, earliest="", **settings)
    log = read_source_log(config, say=pytest.fail)
    assert set(log.events) == users and all(log.events.values())
    with make_pipeline() as pipeline:
        paths = adapter(config.source).source_files(config).event_files
        by_user = (
            source_events(pipeline, config, paths, round(time.time() * 1000)).kept
            | beam.Map(lambda placed: (placed[2].user_id, (event_place(*placed), placed[2])))
            | beam.GroupByKey()
            | beam.MapTuple(
                lambda user, placed: (user, [event for _, event in sorted(placed, key=lambda each: each[0])])
            )
        )
        assert_that(by_user, equal_to(list(log.events.items())))


def test_of_several_actions_the_strongest_counts_as_in_examples(tmp_path):
    rows = "u,1,a,click\nu,2,b,click\nu,3,b,buy\nu,4,c,buy\n"
    write(tmp_path / "events.csv", f"user_id,timestamp_ms,item_id,did\n{rows}")
    columns = EventColumns(surface="", weight="did", weight_values={"click": 1.0, "buy": 5.0})
    config = DataConfig(path=str(tmp_path), events="events.csv", earliest="", columns=columns)
    assert history(read_source_log(config), "u") == (feed("a"), feed("b"), feed("c"))
    apart = dataclasses.replace(config, columns=dataclasses.replace(columns, weight="", weight_values={}))
    assert history(read_source_log(apart), "u") == (feed("a"), feed("b"), feed("b"), feed("c"))
