from components.sources.event_rows import EventColumns
from schemas.canonical_event import Event, Surface
from tests.support.source_files import EVENTS


def test_columns_have_the_names_of_the_configuration(tmp_path):
    columns = EventColumns(user_id="who", timestamp="when", surface="", item_id="what")
    file = EVENTS._replace(columns="who,when,query,what")
    assert file.read_rows(tmp_path, "u1,5,,a", "u2,7,mug,c", columns=columns) == [
        (2, Event("u1", 5, Surface.RECOMMENDATION, item_id="a")),
        (3, Event("u2", 7, Surface.SEARCH, query="mug", item_id="c")),
    ]
