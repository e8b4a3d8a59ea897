from components.item_catalog.table import CatalogItem, read_table, table_line, write_lines, write_table
from schemas.canonical_event import Item

ROWS = [
    CatalogItem(Item("10", queries=("red mug", "mugs")), 1),
    CatalogItem(Item("B", attributes={"brand": "COKA", "colour": ""}), 0),
    CatalogItem(Item("b", "MUG \N{HOT BEVERAGE}", ("Home", "Mugs")), 3),
    CatalogItem(Item("c", numbers={"price": 0.1, "stars": -2.0}, vector=(0.25, 1e-20)), 0),
]


def test_rows_come_back_in_the_order_of_their_ids_and_equal_rows_make_equal_bytes(tmp_path):
    written = []
    for rows in ([], ROWS, ROWS[::-1]):
        write_table(str(tmp_path), rows)
        assert list(read_table(str(tmp_path))) == (ROWS if rows else [])
        written.append({path.name: path.read_bytes() for path in tmp_path.iterdir()})
    assert written[1] == written[2]
    # Lines that others made are the same table.
    write_lines(str(tmp_path), [table_line(row) for row in (*ROWS[2:], *ROWS[:2])])
    assert written[1] == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
