import re

import pytest

from components.raw_files.refusal import DataError, Reject
from components.sources.adapters.kuaisar import read_events, read_items
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns, ItemColumns
from schemas.canonical_event import Event, Item, Surface
from tests.support.raw_files import write

NOW_MS = 1_700_000_000_000
FEED = (
    "user_id,item_id,playing_time,duration_ms,time,timestamp,click,forward,like,follow,search,search_item_related\n"
    "7,11,9000.0,9500.0,2023-05-22 15:53:20,1684742000000.0,1,0,0,0,0,0\n"
    "7,12,100.0,9500.0,2023-05-22 15:53:20,1684742000000.0,0,0,0,0,1,0\n"
)
SEARCH_HEADER = (
    "user_id,search_session_id,search_session_time,search_session_timestamp,keyword,search_source,item_id,click_cnt,"
    "item_type\n"
)
SEARCH = (
    SEARCH_HEADER + '7,3,2023-05-22 21:58:52,1684763932919,"[20, 34, 3]",USER_INPUT,13,0,VIDEO\n'
    '7,3,2023-05-22 21:58:52,1684763932919,"[20, 34, 3]",USER_INPUT,14,2,VIDEO\n'
    "7,4,2023-05-22 21:59:52,1684763992919,[5],QUERY_RECO,15,0,USER\n"
    "7,4,2023-05-22 21:59:52,1684763992919,[5],QUERY_RECO,16,0,LIVE\n"
    "8,4,2023-05-22 22:00:52,1684764052919,[],USER_INPUT,15,1,USER\n"
)
CATEGORIES = ",".join(
    f"{level}_level_category_{kind}"
    for level in ("first", "second", "third", "fourth")
    for kind in ("id", "name", "name_en")
)
ITEMS = (
    f"item_id,caption,author_id,item_type,upload_time,upload_type,{CATEGORIES}\n"
    '11,"[1, 213, 24]",10,NORMAL,2023-04-22,LongImport,9,x,Funny,136,x,Funny joke,0,x,empty,0,x,empty\n'
    "12,[],0,NORMAL,1970-01-01,UNKNOWN,0,x,empty,0,x,empty,0,x,empty,0,x,empty\n"
)


def events(tmp_path, name, content, config=None):
    return list(read_events(write(tmp_path / name, content), config or DataConfig(), NOW_MS))


def test_the_feed(tmp_path):
    assert events(tmp_path, "rec_inter.csv", FEED) == [
        (2, Event("7", 1_684_742_000_000, Surface.RECOMMENDATION, item_id="11")),
        (3, Event("7", 1_684_742_000_000, Surface.RECOMMENDATION, item_id="12", label=0)),
    ]


def test_searches_with_and_without_a_click(tmp_path):
    def shown(time, query, session, item, label=0, user="7"):
        return Event(user, time, Surface.SEARCH, query, session, item, label)

    assert events(tmp_path, "src_inter.csv.gz", SEARCH) == [
        (2, shown(1_684_763_932_919, "20 34 3", "3", "13")),
        (3, shown(1_684_763_932_919, "20 34 3", "3", "14", label=1)),
        (4, shown(1_684_763_992_919, "5", "4", "15")),
        (5, shown(1_684_763_992_919, "5", "4", "16")),
        # Nothing was clicked, and yet it was a search.
        (4, shown(1_684_763_992_919, "5", "4", "", label=1)),
        (6, shown(1_684_764_052_919, "", "4", "15", label=1, user="8")),
    ]


def test_the_last_search_of_a_file_may_be_without_a_click(tmp_path):
    found = events(tmp_path, "src_inter.csv", SEARCH_HEADER + "7,4,x,1684763992919,[5],USER_INPUT,15,0,USER\n")
    assert [(event.item_id, event.label) for _, event in found] == [("15", 0), ("", 1)]


def test_what_is_known_of_the_moment(tmp_path):
    config = DataConfig(columns=EventColumns(context=("search_source",)))
    found = events(tmp_path, "src_inter.csv", SEARCH, config)
    assert [event.context["search_source"] for _, event in found][:3] == ["USER_INPUT", "USER_INPUT", "QUERY_RECO"]
    assert events(tmp_path, "rec_inter.csv", FEED, config)[0][1].context == {"search_source": ""}


@pytest.mark.parametrize(
    ("name", "row", "reason", "detail"),
    [
        ("rec_inter.csv", ",11,1,1,t,5,1,0,0,0,0,0", "missing user", "column 'user_id' is empty"),
        (
            "rec_inter.csv",
            "7,,1,1,t,5,1,0,0,0,0,0",
            "missing item",
            "column 'item_id' is empty on a recommendation event",
        ),
        ("rec_inter.csv", "7,11,1,1,t,5,yes,0,0,0,0,0", "unknown label", "column 'click' holds 'yes'; give a number"),
        ("src_inter.csv", "7,3,t,5,[5],S,,1,VIDEO", "missing item", "column 'item_id' is empty"),
        (
            "src_inter.csv",
            "7,3,t,noon,[5],S,11,1,VIDEO",
            "unparsable time",
            "column 'search_session_timestamp' holds 'noon'; give milliseconds since 1970 or ISO 8601",
        ),
        (
            "src_inter.csv",
            "7,3,t,5,red mug,S,11,1,VIDEO",
            "no list",
            "column 'keyword' holds 'red mug'; give word numbers such as [20, 34, 3]",
        ),
        ("src_inter.csv", "7,3,t", "wrong number of columns", "3 instead of 9"),
    ],
)
def test_a_broken_row_says_where_and_why(tmp_path, name, row, reason, detail):
    content = (FEED if name.startswith("rec") else SEARCH) + row + "\n"
    found = [each for each in events(tmp_path, name, content) if isinstance(each, Reject)]
    assert found == [Reject(f"{tmp_path}/{name}", content.count("\n"), reason, detail)]


def test_another_file(tmp_path):
    with pytest.raises(DataError) as error:
        events(tmp_path, "log.csv", FEED)
    assert str(error.value) == (
        f"{tmp_path}/log.csv: its name says neither rec_inter nor src_inter. KuaiSAR's files keep their names; "
        "data.events should match these alone."
    )


def test_a_missing_column(tmp_path):
    with pytest.raises(DataError, match=re.escape("rec_inter.csv: has no column 'click'.")):
        events(tmp_path, "rec_inter.csv", FEED.replace("click", "clicked"))


def test_items(tmp_path):
    config = DataConfig(item_columns=ItemColumns(attributes=("author_id", "upload_type")))
    assert list(read_items(write(tmp_path / "item_features.csv", ITEMS + ",[1]" + "," * 16 + "\n"), config)) == [
        (
            2,
            Item("11", "1 213 24", ("Funny", "Funny joke"), {"author_id": "10", "upload_type": "LongImport"}),
        ),
        (3, Item("12", attributes={"author_id": "0", "upload_type": "UNKNOWN"})),
        Reject(f"{tmp_path}/item_features.csv", 4, "missing item", "column 'item_id' is empty"),
    ]
