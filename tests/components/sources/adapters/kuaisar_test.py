import pytest

from components.raw_files.refusal import DataError
from components.sources.event_rows import EventColumns, ItemColumns
from schemas.canonical_event import Event, Item, Surface
from tests.support.source_files import FEED, SEARCHES, VIDEOS

SEARCH_ROWS = [
    '7,3,2023-05-22 21:58:52,1684763932919,"[20, 34, 3]",USER_INPUT,13,0,VIDEO',
    '7,3,2023-05-22 21:58:52,1684763932919,"[20, 34, 3]",USER_INPUT,14,2,VIDEO',
    "7,4,2023-05-22 21:59:52,1684763992919,[5],QUERY_RECO,15,0,USER",
    "7,4,2023-05-22 21:59:52,1684763992919,[5],QUERY_RECO,16,0,LIVE",
    "8,4,2023-05-22 22:00:52,1684764052919,[],USER_INPUT,15,0,USER",
]


def test_the_feed_and_a_file_that_is_neither(tmp_path):
    not_watched = FEED.changed("click", "0").replace("11,", "12,", 1)
    assert FEED.read_rows(tmp_path, FEED.row, not_watched) == [
        (2, Event("7", 1_684_742_000_000, Surface.RECOMMENDATION, item_id="11")),
        (3, Event("7", 1_684_742_000_000, Surface.RECOMMENDATION, item_id="12", label=0)),
    ]
    message = "neither rec_inter nor src_inter. KuaiSAR's files keep their names; data.events should match these alone."
    with pytest.raises(DataError, match=message):
        FEED._replace(name="log.csv").read_rows(tmp_path)


def test_searches_with_and_without_a_click(tmp_path):
    def shown(time, query, session, item, label=0, user="7"):
        return Event(user, time, Surface.SEARCH, query, session, item, label)

    assert SEARCHES.read_rows(tmp_path, *SEARCH_ROWS) == [
        (2, shown(1_684_763_932_919, "20 34 3", "3", "13")),
        (3, shown(1_684_763_932_919, "20 34 3", "3", "14", label=1)),
        (4, shown(1_684_763_992_919, "5", "4", "15")),
        (5, shown(1_684_763_992_919, "5", "4", "16")),
        # Nothing was clicked, and yet it was a search. So was the last one, of another user in a session named alike.
        (4, shown(1_684_763_992_919, "5", "4", "", label=1)),
        (6, shown(1_684_764_052_919, "", "4", "15", user="8")),
        (6, shown(1_684_764_052_919, "", "4", "", label=1, user="8")),
    ]
    # What is known of the moment.
    columns = EventColumns(context=("search_source",))
    found = SEARCHES.read_rows(tmp_path, *SEARCH_ROWS, columns=columns)
    assert [event.context["search_source"] for _, event in found][:3] == ["USER_INPUT", "USER_INPUT", "QUERY_RECO"]
    ((_, event),) = FEED.read_rows(tmp_path, FEED.row, columns=columns)
    assert event.context == {"search_source": ""}


def test_items(tmp_path):
    columns = ItemColumns(attributes=("author_id", "upload_type"))
    unknown = "12,[],0,NORMAL,1970-01-01,UNKNOWN,0,x,empty,0,x,empty,0,x,empty,0,x,empty"
    assert VIDEOS.read_rows(tmp_path, VIDEOS.row.replace("[1]", '"[1, 213, 24]"'), unknown, item_columns=columns) == [
        (2, Item("11", "1 213 24", ("Funny", "Funny joke"), {"author_id": "10", "upload_type": "LongImport"})),
        (3, Item("12", attributes={"author_id": "0", "upload_type": "UNKNOWN"})),
    ]
