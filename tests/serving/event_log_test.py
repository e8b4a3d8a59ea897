import pytest

from schemas.canonical_event import Event, Item, Surface, Token
from schemas.event_rows import EventColumns, ItemColumns
from serving.event_log import HistoryLimits, history, read_event_log
from serving.row_files import FileError

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
ITEMS = "item_id\ttitle\tcategories\nlamp\tA LAMP\tlight\nmug\tA MUG\t\n\tno id\t\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "events.tsv").write_text(EVENTS)
    (tmp_path / "items.tsv").write_text(ITEMS)
    return str(tmp_path / "events.tsv"), str(tmp_path / "items.tsv")


def test_histories_in_time_order(files):
    log = read_event_log(*files)
    assert log.history_of("u", HistoryLimits()) == (
        Token(Surface.SEARCH, ("lamp", "vase"), "red"),
        Token(Surface.RECOMMENDATION, ("mug",)),
    )
    assert log.history_of("nobody", HistoryLimits()) == ()


def test_all_days_of_a_log_that_comes_day_by_day(tmp_path):
    header, *rows = EVENTS.splitlines()
    for day, row in enumerate(rows[:3]):
        (tmp_path / f"events-{day}.tsv").write_text(f"{header}\n{row}\n")
    log = read_event_log(f"{tmp_path}/events-{{SPAN}}.tsv")
    assert [item for token in log.history_of("u", HistoryLimits()) for item in token.items] == ["lamp", "vase", "mug"]


def test_items_titles_and_counts(files):
    log = read_event_log(*files)
    assert log.items["lamp"] == Item("lamp", "A LAMP", ("light",))
    assert list(log.items) == ["lamp", "mug", "vase", "shown"]
    assert [log.title(item) for item in ("mug", "vase", "unheard of")] == ["A MUG", "vase", "unheard of"]
    assert log.item_counts == {"mug": 2, "lamp": 1, "vase": 1}
    assert log.user_counts == {"u": 3, "v": 1}
    assert log.rejects == 3


def test_keeps_the_events_of_the_users_asked_for(files):
    log = read_event_log(*files, users=["v"])
    assert [event.item_id for event in log.events_of("v")] == ["mug"]
    assert log.events_of("u") == ()
    assert log.user_counts["u"] == 3


def test_columns_may_have_other_names(tmp_path):
    (tmp_path / "events.csv").write_text("who,when,what\nu,2011-01-01T00:00,mug\n")
    (tmp_path / "items.csv").write_text("what,name\nmug,A MUG\n")
    log = read_event_log(
        str(tmp_path / "*vents.csv"),
        str(tmp_path / "items.csv"),
        EventColumns(user_id="who", timestamp="when", surface="", item_id="what"),
        ItemColumns(item_id="what", title="name"),
    )
    assert log.history_of("u", HistoryLimits()) == (Token(Surface.RECOMMENDATION, ("mug",)),)
    assert log.title("mug") == "A MUG"


def test_works_without_item_files(files):
    assert list(read_event_log(files[0]).items) == ["mug", "lamp", "vase", "shown"]


def test_missing_files_and_columns(files, tmp_path):
    with pytest.raises(FileError, match="no such file"):
        read_event_log(str(tmp_path / "nothing.tsv"))
    with pytest.raises(FileError, match="has no column 'user_id', 'timestamp_ms', 'surface'"):
        read_event_log(files[1])


def event(surface, item, time):
    return Event("u", time, surface, query="q" if surface is Surface.SEARCH else "", item_id=item)


def test_a_history_keeps_the_newest_of_each_surface():
    feed, search = Surface.RECOMMENDATION, Surface.SEARCH
    events = [
        event(feed, "a", 1),
        event(search, "b", 2),
        event(feed, "c", 3),
        event(search, "d", 4),
        event(feed, "e", 5),
    ]
    kept = history(events, HistoryLimits(recommendation_history=2, search_history=1))
    assert [token.items for token in kept] == [("c",), ("d",), ("e",)]


def test_a_history_keeps_the_newest_items_of_a_session(files):
    events = read_event_log(*files).events_of("u")
    assert history(events, HistoryLimits(items_per_session=1))[0] == Token(Surface.SEARCH, ("vase",), "red")
