from components.raw_files.refusal import Converted, Reject
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


def test_what_is_converted_is_said_behind_its_row(tmp_path):
    columns = EventColumns(surface="page", surface_values={"recommendation": ("home",)})
    file = EVENTS._replace(columns="user_id,timestamp_ms,page,item_id")
    assert file.read_rows(tmp_path, "7.0,5,home,3.0", "8,5,cart,", "8,5,home,4", columns=columns) == [
        (2, Event("7", 5, Surface.RECOMMENDATION, item_id="3")),
        Converted(
            f"{tmp_path}/{file.name}",
            2,
            "ids written as decimals were read as whole numbers",
            "'7.0' in column 'user_id', read as '7'",
            times=2,
        ),
        Reject(
            f"{tmp_path}/{file.name}",
            3,
            "left out: page 'cart'",
            "data.columns.surface_values does not name it",
            as_told=True,
        ),
        (4, Event("8", 5, Surface.RECOMMENDATION, item_id="4")),
    ]
