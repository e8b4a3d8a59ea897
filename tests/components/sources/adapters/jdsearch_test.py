import pytest

from components.raw_files.refusal import DataError, Reject
from components.sources.adapters.jdsearch import read_events, read_items
from components.sources.data_config import DataConfig
from components.sources.event_rows import ItemColumns
from schemas.canonical_event import Event, Item, Surface
from tests.support.raw_files import lines, write
from tests.support.shared_data import SHARED, needs_shared

CONFIG = DataConfig()
HEADER = (
    "query",
    "candidate_wid_list",
    "candidate_label_list",
    "history_qry_list",
    "history_wid_list",
    "history_type_list",
    "history_time_list",
)
USER = (
    "12\x1832",
    "456_457_789",
    "0.0_3.0_0.0",
    "7\x188_7\x188_-1_7\x188",
    "21_22_23_24",
    "ORD_CLICK_CART_FLW",
    "0_12_4_5_60",
)
PRODUCTS = (
    ("wid", "name", "brand_id", "brand_name")
    + tuple(f"cate_{kind}_{level}" for level in range(1, 5) for kind in ("id", "name"))
    + ("shop_id",),
    ("21", "1\x182\x183", "5", "9", "31", "41", "32", "42\x1843", "33", "44", "34", "", "-1"),
    ("22", "4", "6", "9", "31", "41", "", "", "", "", "", "", "77"),
)


def events(tmp_path, *rows, name="users.txt"):
    path = write(tmp_path / name, lines(*rows))
    return list(read_events(path, CONFIG, 0))


def test_a_row_is_all_that_a_user_did(tmp_path):
    user = "users.txt:2"
    assert events(tmp_path, HEADER, USER) == [
        (2, Event(user, 0, Surface.SEARCH, "7 8", "1", "21", position=0)),
        (2, Event(user, 12_000, Surface.SEARCH, "7 8", "1", "22", position=1)),
        (2, Event(user, 16_000, Surface.RECOMMENDATION, item_id="23", position=2)),
        # The same query after browsing is another session.
        (2, Event(user, 21_000, Surface.SEARCH, "7 8", "3", "24", position=3)),
        (2, Event(user, 81_000, Surface.SEARCH, "12 32", "4", "456", 0, position=4)),
        (2, Event(user, 81_000, Surface.SEARCH, "12 32", "4", "457", 1, position=5)),
        (2, Event(user, 81_000, Surface.SEARCH, "12 32", "4", "789", 0, position=6)),
    ]


def test_the_line_of_names_may_be_missing(tmp_path):
    found = events(tmp_path, USER, USER)
    assert {event.user_id for _, event in found} == {"users.txt:1", "users.txt:2"}


def test_a_search_that_led_to_nothing(tmp_path):
    row = ("12", "456", "0.0", "", "", "", "0")
    assert [(event.item_id, event.label, event.position) for _, event in events(tmp_path, row)] == [
        ("456", 0, 0),
        ("", 1, 1),
    ]


@pytest.mark.parametrize(
    ("column", "value", "reason", "detail"),
    [
        (
            "history_qry_list",
            "-1_-1",
            "lists of unequal length",
            "column 'history_qry_list' holds 2 elements, wanted 4, because 'history_wid_list' holds 4",
        ),
        (
            "history_time_list",
            "0_1_2_3",
            "lists of unequal length",
            "column 'history_time_list' holds 4 elements, wanted 5, because 'history_wid_list' holds 4",
        ),
        (
            "candidate_label_list",
            "1.0",
            "lists of unequal length",
            "column 'candidate_label_list' holds 1 elements, wanted 3, because 'candidate_wid_list' holds 3",
        ),
        (
            "history_type_list",
            "ORD_CLICK_CART_SEEN",
            "unknown action",
            "column 'history_type_list' holds 'SEEN'; give ORD, CLICK, CART, FLW",
        ),
        ("history_time_list", "0_1_x_3_4", "no number", "column 'history_time_list' holds 'x'; give a number from 0"),
        ("history_time_list", "0_1_-2_3_4", "no number", "column 'history_time_list' holds '-2'; give a number from 0"),
        ("history_wid_list", "21__23_24", "missing item", "column 'history_wid_list' holds an empty element"),
    ],
)
def test_a_broken_row_says_where_and_why(tmp_path, column, value, reason, detail):
    broken = [value if name == column else each for name, each in zip(HEADER, USER, strict=True)]
    found = events(tmp_path, HEADER, USER, broken)
    assert found[-1] == Reject(f"{tmp_path}/users.txt", 3, reason, detail)
    assert len(found) == 8


def test_a_row_of_another_length(tmp_path):
    assert events(tmp_path, HEADER, ("1", "2")) == [
        Reject(f"{tmp_path}/users.txt", 2, "wrong number of columns", "2 instead of 7")
    ]


def test_an_empty_file(tmp_path):
    with pytest.raises(DataError, match="users.txt: is empty"):
        events(tmp_path)


def test_products(tmp_path):
    config = DataConfig(item_columns=ItemColumns(attributes=("brand_id", "shop_id")))
    path = write(tmp_path / "products.txt.gz", lines(*PRODUCTS, ("", *PRODUCTS[2][1:])))
    assert list(read_items(path, config)) == [
        (2, Item("21", "1 2 3", ("41", "42 43", "44"), {"brand_id": "5", "shop_id": ""})),
        (3, Item("22", "4", ("41",), {"brand_id": "6", "shop_id": "77"})),
        Reject(path, 4, "missing item", "column 'wid' is empty"),
    ]


@needs_shared("data/jdsearch-sample")
def test_the_published_sample():
    """Three users; what their histories hold stands in the sample's own description."""
    folder = SHARED / "data/jdsearch-sample"
    found = [event for _, event in read_events(str(folder / "user_behavior_data_sample.txt"), CONFIG, 0)]
    users = [[event for event in found if event.user_id.endswith(f":{line}")] for line in (2, 3, 4)]
    assert [len(events) for events in users] == [182 + 90, 46 + 89, 2 + 83]
    histories = [events[:count] for events, count in zip(users, (182, 46, 2), strict=True)]
    assert [sum(event.surface is Surface.SEARCH for event in events) for events in histories] == [88, 13, 0]
    items = list(read_items(str(folder / "product_meta_data_sample.txt"), CONFIG))
    assert len(items) == 409 and not [each for each in items if isinstance(each, Reject)]
    assert len({event.item_id for event in found} - {item.item_id for _, item in items}) == 421 - 409
