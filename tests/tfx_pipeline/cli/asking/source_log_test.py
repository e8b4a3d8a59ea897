"""Histories from the files of each source; `tests/components/.../adapters` has what a row of each becomes."""

import dataclasses
import json
import subprocess
import sys

import pytest

from components.raw_files.refusal import DataError
from components.sources.adapters.amazon_reviews import with_query
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns, ItemColumns
from schemas.canonical_event import Event, Item, Surface, Token
from serving.shop_log.event_log import HistoryLimits
from tfx_pipeline.cli.asking.source_log import read_source_log


def history(log, user):
    return log.history_of(user, HistoryLimits(9, 9, 9))


def feed(item):
    return Token(Surface.RECOMMENDATION, (item,))


def search(query, *items):
    return Token(Surface.SEARCH, items, query)


@pytest.fixture
def kuaisar(tmp_path):
    (tmp_path / "rec_inter.csv").write_text(
        "user_id,item_id,timestamp,click\n7,12,3000.0,1\n7,11,1000.0,1\n7,13,1000.0,0\n8,11,1.0,1\nx\n"
    )
    (tmp_path / "src_inter.csv").write_text(
        "user_id,search_session_id,search_session_timestamp,keyword,item_id,click_cnt\n"
        '7,3,2000,"[20, 34]",14,2\n7,3,2000,"[20, 34]",15,0\n7,4,4000,[5],16,0\n'
    )
    levels = ("first", "second", "third", "fourth")
    names = ",".join(f"{level}_level_category_name_en" for level in levels)
    (tmp_path / "item_features.csv").write_text(f'item_id,caption,{names}\n11,"[1, 2]",Funny,,,\n,,,,,\n')
    return DataConfig(source="kuaisar", path=str(tmp_path), events="*_inter*.csv", items="item_features.csv")


EVENTS = (
    "user_id\ttimestamp_ms\tsurface\tquery\tsession_id\titem_id\tlabel\n"
    "u\t30\trecommendation\t\t\tmug\t1\n"
    "u\t10\tsearch\tred\ts1\tlamp\t1\n"
    "u\t10\tsearch\tred\ts1\tvase\t1\n"
    "u\t20\trecommendation\t\t\tshown\t0\n"
    "v\t5\trecommendation\t\t\tmug\t1\n"
    "\t5\trecommendation\t\t\tmug\t1\n"
    "too\tshort\n"
)
ITEMS = "item_id\ttitle\tcategories\nlamp\tA LAMP\tlight\nmug\tA MUG\t\nmug\tTWICE\t\n\tno id\t\n"


@pytest.fixture
def shop_files(tmp_path):
    (tmp_path / "events.tsv").write_text(EVENTS)
    (tmp_path / "items.tsv").write_text(ITEMS)
    return DataConfig(path=str(tmp_path), events="events.tsv", items="items.tsv")


def test_files_of_the_generic_layout(shop_files):
    log = read_source_log(shop_files)
    assert history(log, "u") == (search("red", "lamp", "vase"), feed("mug"))
    assert log.items["lamp"] == Item("lamp", "A LAMP", ("light",))
    # The first row of an item counts, as in the catalogue that the pipeline makes.
    assert log.title("mug") == "A MUG"
    assert list(log.items) == ["lamp", "mug", "vase", "shown"]
    assert log.user_counts == {"u": 3, "v": 1}
    assert log.rejects == 3


def test_keeps_the_events_of_the_users_asked_for(shop_files):
    log = read_source_log(shop_files, users=["v"])
    assert history(log, "v") == (feed("mug"),)
    assert log.events_of("u") == ()
    assert log.user_counts["u"] == 3


def test_columns_may_have_other_names(tmp_path):
    (tmp_path / "events.csv").write_text("who,when,what\nu,2011-01-01T00:00,mug\n")
    (tmp_path / "items.csv").write_text("what,name\nmug,A MUG\n")
    columns = EventColumns(user_id="who", timestamp="when", surface="", item_id="what")
    log = read_source_log(
        DataConfig(
            path=str(tmp_path),
            events="*vents.csv",
            items="items.csv",
            columns=columns,
            item_columns=ItemColumns(item_id="what", title="name"),
        )
    )
    assert history(log, "u") == (feed("mug"),)
    assert log.title("mug") == "A MUG"


def test_works_without_item_files(shop_files):
    log = read_source_log(dataclasses.replace(shop_files, items=""))
    assert list(log.items) == ["mug", "lamp", "vase", "shown"]


def test_kuaisar(kuaisar):
    log = read_source_log(kuaisar, ["7"])
    # By time over both files; what was only shown is no history, a search without a click is.
    assert history(log, "7") == (feed("11"), search("20 34", "14"), feed("12"), search("5"))
    assert log.items["11"] == Item("11", "1 2", ("Funny",))
    assert log.title("14") == "14"
    assert log.item_counts == {"11": 2, "12": 1, "14": 1}
    assert log.user_counts == {"7": 3, "8": 1}
    assert log.events_of("8") == ()
    assert log.rejects == 2


def test_all_users_where_none_is_named(kuaisar):
    assert history(read_source_log(kuaisar), "8") == (feed("11"),)


def test_jdsearch_users_are_file_and_line(tmp_path):
    row = ("12", "456_457", "0.0_3.0", "7_-1", "21_22", "ORD_CLICK", "0_5_60")
    (tmp_path / "users.txt").write_text("\t".join(row) + "\n")
    log = read_source_log(DataConfig(source="jdsearch", path=str(tmp_path), events="users.txt"), ["users.txt:1"])
    assert history(log, "users.txt:1") == (search("7", "21"), feed("22"), search("12", "457"))


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


def test_a_fixed_benchmark_is_in_the_order_of_its_positions(tmp_path):
    (tmp_path / "events.tsv").write_text(
        "user_id\tposition\ttimestamp\tkind\titem_id\tquery\tsplit\n"
        "u\t1\t5\tsearch\tb\tred mug\ttrain\nu\t0\t5\trecommendation\ta\t\ttrain\nu\t2\t5\tsearch\tc\tred mug\ttest\n"
    )
    (tmp_path / "items.tsv").write_text("item_id\na\nb\nc\n")
    log = read_source_log(DataConfig(source="fixed_benchmark", events=str(tmp_path)), ["u"])
    assert history(log, "u") == (feed("a"), search("red mug", "b"), search("red mug", "c"))


def test_what_cannot_be_read_is_told(kuaisar, tmp_path):
    with pytest.raises(DataError, match="^data.source = 'kwai': there is no such adapter"):
        read_source_log(DataConfig(source="kwai"))
    (tmp_path / "rec_inter.csv").write_text("user_id,item_id\n")
    with pytest.raises(DataError, match=r"rec_inter\.csv: has no column 'timestamp', 'click'"):
        read_source_log(kuaisar)


def test_it_imports_neither_beam_nor_tensorflow():
    heavy = "{'apache_beam', 'tensorflow', 'tfx'}"
    code = f"import sys, tfx_pipeline.cli.asking.source_log; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
