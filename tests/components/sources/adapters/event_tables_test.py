from components.raw_files.refusal import Reject
from components.sources.adapters.event_tables import read_events, read_items, read_users
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns, ItemColumns, UserColumns
from schemas.canonical_event import Event, Item, Surface, User
from tests.support.raw_files import write

NOW_MS = 1_700_000_000_000


def test_events_and_rejects_come_in_the_order_of_the_file(tmp_path):
    path = write(tmp_path / "log.csv", "who,when,query,what\nu1,5,,a\n,6,,b\nu2,7,mug,c\nu3,8\n")
    config = DataConfig(columns=EventColumns(user_id="who", timestamp="when", surface="", item_id="what"))
    assert list(read_events(path, config, NOW_MS)) == [
        (2, Event("u1", 5, Surface.RECOMMENDATION, item_id="a")),
        Reject(path, 3, "missing user", "column 'who' is empty"),
        (4, Event("u2", 7, Surface.SEARCH, query="mug", item_id="c")),
        Reject(path, 5, "wrong number of columns", "2 instead of 4"),
    ]


def test_items(tmp_path):
    path = write(tmp_path / "items.jsonl", '{"id": "a", "title": "MUG", "categories": ["Home"]}\n{"id": ""}\n3\n')
    config = DataConfig(item_columns=ItemColumns(item_id="id"))
    assert list(read_items(path, config)) == [
        (1, Item("a", "MUG", ("Home",))),
        Reject(path, 2, "missing item", "column 'id' is empty"),
        Reject(path, 3, "unparsable JSON", "the line holds no object but a value of type int"),
    ]


def test_users(tmp_path):
    path = write(tmp_path / "users.csv", "user_id,level,city\nu1,3,Rome\n,4,Oslo\nu2,,Bonn\n")
    config = DataConfig(users=path, user_columns=UserColumns(attributes=("level",)))
    assert list(read_users(path, config)) == [
        (2, User("u1", {"level": "3"})),
        Reject(path, 3, "missing user", "column 'user_id' is empty"),
        (4, User("u2", {"level": ""})),
    ]
