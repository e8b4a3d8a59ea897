from components.item_catalog.table import CatalogItem, read_table, write_table
from schemas.canonical_event import Item

ROWS = [
    CatalogItem(Item("b", "MUG \N{HOT BEVERAGE}", ("Home", "Mugs")), 3),
    CatalogItem(Item("B", attributes={"brand": "COKA", "colour": ""}), 0),
    CatalogItem(Item("10", queries=("red mug", "mugs")), 1),
]


def test_rows_are_read_in_the_order_of_their_ids(tmp_path):
    write_table(str(tmp_path), ROWS)
    assert list(read_table(str(tmp_path))) == [ROWS[2], ROWS[1], ROWS[0]]


def test_equal_rows_make_equal_bytes(tmp_path):
    written = []
    for rows in (ROWS, ROWS[::-1]):
        write_table(str(tmp_path), rows)
        written.append([path.read_bytes() for path in tmp_path.iterdir()])
    assert written[0] == written[1]


def test_an_empty_table(tmp_path):
    write_table(str(tmp_path), [])
    assert list(read_table(str(tmp_path))) == []
