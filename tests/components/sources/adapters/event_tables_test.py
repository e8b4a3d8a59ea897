from components.raw_files.file_format import FileFormat
from components.sources.event_rows import EventColumns, ItemColumns, UserColumns
from schemas.canonical_event import Event, Item, Surface, User
from tests.support.source_files import EVENTS, ITEMS, LINES, USERS


def test_columns_have_the_names_of_the_configuration(tmp_path):
    columns = EventColumns(user_id="who", timestamp="when", surface="", item_id="what")
    file = EVENTS._replace(columns="who,when,query,what")
    assert file.read_rows(tmp_path, "u1,5,,a", "u2,7,mug,c", columns=columns) == [
        (2, Event("u1", 5, Surface.RECOMMENDATION, item_id="a")),
        (3, Event("u2", 7, Surface.SEARCH, query="mug", item_id="c")),
    ]


def test_files_are_written_as_the_settings_say(tmp_path):
    shard = EVENTS._replace(name="part-00000.gz", columns="")
    form = {"delimiter": "\x01", "header": False, "column_names": ("user_id", "timestamp_ms", "surface", "item_id")}
    rows = shard.read_rows(tmp_path, "u\x015\x01search\x01a,b", **form)
    assert rows == [(1, Event("u", 5, Surface.SEARCH, item_id="a,b"))]
    items = ITEMS._replace(columns="")
    form = FileFormat(delimiter="|", header=False)
    columns = ItemColumns(item_id="column_1", title="column_2")
    assert items.read_rows(tmp_path, "a|red, big", item_files=form, item_columns=columns) == [
        (1, Item("a", "red, big"))
    ]
    users = {"user_files": FileFormat(format="json"), "user_columns": UserColumns("user.id", ("user.level",))}
    read = USERS._replace(columns="").read_rows(tmp_path, '[{"user": {"id": "u", "level": 3}}]', **users)
    assert read == [(1, User("u", {"user.level": "3"}))]


def test_nested_columns_are_left_alone_or_read_by_their_path(tmp_path):
    columns = EventColumns(user_id="user.id", timestamp="at.ms", surface="", query="search.text", item_id="item")
    row = '{"user": {"id": "u"}, "at": {"ms": 5}, "search": {"text": "mug"}, "item": "a", "raw": {"deep": [[1]]}}'
    assert LINES.read_rows(tmp_path, row, columns=columns) == [(1, Event("u", 5, Surface.SEARCH, "mug", item_id="a"))]
