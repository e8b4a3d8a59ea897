from components.raw_files.refusal import Reject
from components.sources.event_rows import ItemColumns
from schemas.canonical_event import Event, Item, Surface
from tests.support.shared_data import SHARED, needs_shared
from tests.support.source_files import JD_PRODUCTS, JD_USERS


def test_a_row_is_all_that_a_user_did(tmp_path):
    user = "users.txt:2"
    assert JD_USERS.read_rows(tmp_path, JD_USERS.row) == [
        (2, Event(user, 0, Surface.SEARCH, "7 8", "1", "21", position=0)),
        (2, Event(user, 12_000, Surface.SEARCH, "7 8", "1", "22", position=1)),
        (2, Event(user, 16_000, Surface.RECOMMENDATION, item_id="23", position=2)),
        # The same query after browsing is another session.
        (2, Event(user, 21_000, Surface.SEARCH, "7 8", "3", "24", position=3)),
        (2, Event(user, 81_000, Surface.SEARCH, "12 32", "4", "456", 0, position=4)),
        (2, Event(user, 81_000, Surface.SEARCH, "12 32", "4", "457", 1, position=5)),
        (2, Event(user, 81_000, Surface.SEARCH, "12 32", "4", "789", 0, position=6)),
    ]


def test_the_line_of_names_may_be_missing_and_a_search_may_have_led_to_nothing(tmp_path):
    found = JD_USERS._replace(columns="").read_rows(tmp_path, JD_USERS.row, JD_USERS.row)
    assert {event.user_id for _, event in found} == {"users.txt:1", "users.txt:2"}
    found = JD_USERS.read_rows(tmp_path, "12\t456\t0.0\t\t\t\t0")
    assert [(event.item_id, event.label, event.position) for _, event in found] == [("456", 0, 0), ("", 1, 1)]


def test_products(tmp_path):
    columns = ItemColumns(attributes=("brand_id", "shop_id"))
    narrow = "22\t4\t6\t9\t31\t41\t\t\t\t\t\t\t77"
    assert JD_PRODUCTS.read_rows(tmp_path, JD_PRODUCTS.row, narrow, item_columns=columns) == [
        (2, Item("21", "1 2 3", ("41", "42 43", "44"), {"brand_id": "5", "shop_id": ""})),
        (3, Item("22", "4", ("41",), {"brand_id": "6", "shop_id": "77"})),
    ]


@needs_shared("data/jdsearch-sample")
def test_the_published_sample():
    """Three users; what their histories hold stands in the sample's own description."""
    folder = SHARED / "data/jdsearch-sample"
    found = [event for _, event in JD_USERS.read(str(folder / "user_behavior_data_sample.txt"))]
    users = [[event for event in found if event.user_id.endswith(f":{line}")] for line in (2, 3, 4)]
    assert [len(events) for events in users] == [182 + 90, 46 + 89, 2 + 83]
    histories = [events[:count] for events, count in zip(users, (182, 46, 2), strict=True)]
    assert [sum(event.surface is Surface.SEARCH for event in events) for events in histories] == [88, 13, 0]
    items = JD_PRODUCTS.read(str(folder / "product_meta_data_sample.txt"))
    assert len(items) == 409 and not [each for each in items if isinstance(each, Reject)]
    assert len({event.item_id for event in found} - {item.item_id for _, item in items}) == 421 - 409
