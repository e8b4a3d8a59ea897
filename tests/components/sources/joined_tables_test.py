import pytest

from components.sources.joined_tables import Difference, JoinedRecords, common_sentence, id_of, join_rows, joined
from schemas.canonical_event import Item, User

TITLE, PRICE = Item("a", title="MUG"), Item("a", numbers={"price": 0.0}, attributes={"brand": "", "shop": "x"})


@pytest.mark.parametrize(
    ("records", "expected", "differences"),
    [
        ([TITLE, PRICE], Item("a", "MUG", numbers={"price": 0.0}, attributes={"shop": "x"}), []),
        ([PRICE, TITLE], Item("a", "MUG", numbers={"price": 0.0}, attributes={"shop": "x"}), []),
        # An empty value is none: the next table's counts.
        (
            [PRICE, Item("a", attributes={"brand": "ACME", "shop": "x"})],
            Item("a", numbers={"price": 0.0}, attributes={"brand": "ACME", "shop": "x"}),
            [],
        ),
        ([TITLE, Item("a", vector=(1.0, 2.0))], Item("a", "MUG", vector=(1.0, 2.0)), []),
        ([Item("a", categories=("b", "c")), Item("a", categories=("b", "c"))], Item("a", categories=("b", "c")), []),
        ([TITLE, Item("a", "CUP")], TITLE, [("title", "'a' has 'MUG' in t0 and 'CUP' in t1")]),
        # A difference names the tables that give the two values, which need not be the first.
        (
            [PRICE, Item("a", "CUP", numbers={"price": 2.5}), Item("a", "POT")],
            Item("a", "CUP", numbers={"price": 0.0}, attributes={"shop": "x"}),
            [("title", "'a' has 'CUP' in t1 and 'POT' in t2"), ("price", "'a' has '0.0' in t0 and '2.5' in t1")],
        ),
        (
            [Item("a", vector=(1.0,)), Item("a", vector=(1.0, 2.0))],
            Item("a", vector=(1.0,)),
            [("vectors", "'a' has '1.0' in t0 and '1.0, 2.0' in t1")],
        ),
        (
            [User("a", {"city": "Rome"}), User("a", {"city": "Oslo"}, {"age": 41.0})],
            User("a", {"city": "Rome"}, {"age": 41.0}),
            [("city", "'a' has 'Rome' in t0 and 'Oslo' in t1")],
        ),
    ],
)
def test_a_value_comes_from_the_first_table_that_has_one(records, expected, differences):
    found, told = joined([(f"t{place}", record) for place, record in enumerate(records)])
    assert found == expected
    assert told == [Difference(*each) for each in differences]


ROWS = [
    (2, 2, Item("a", numbers={"price": 3.0})),
    (1, 4, Item("a", "SECOND FILE")),
    (0, 9, Item("a", "SECOND ROW")),
    (0, 2, Item("a", "MUG")),
]


def test_each_table_gives_one_row_and_all_others_are_refused():
    # Files 0 and 1 are one table.
    found = join_rows("item", ROWS, ["m.csv", "n.csv", "p.csv"], ["t0", "t0", "t1"])
    assert (found.record, found.used, found.tables) == (Item("a", "MUG", numbers={"price": 3.0}), 2, ("t0", "t1"))
    assert [str(each) for each in found.rejects] == [
        "m.csv:9: duplicate item: 'a' stands in m.csv:2",
        "n.csv:4: duplicate item: 'a' stands in m.csv:2",
    ]
    assert found.differences == []
    assert join_rows("item", [], [], []) is None


def test_a_record_of_one_table_stays_as_it_is():
    # A value that is empty in the only table stays an empty value.
    found = join_rows("user", [(0, 2, User("u", {"city": ""}))], ["u.csv"], ["t0"])
    assert found.record == User("u", {"city": ""}) and found.used == 1


def test_records_in_memory_are_joined_like_those_on_beam():
    tables = JoinedRecords()
    rows = [(TITLE, "t0"), (Item("a", "TWICE"), "t0"), (Item("B7"), "t0"), (Item("c"), "t0")]
    rows += [(Item("a", "CUP", ("x",)), "t1"), (Item("a", "TWICE"), "t1"), (Item("b7"), "t1"), (PRICE, "t2")]
    assert [tables.add(*row) for row in rows] == [True, False, True, True, True, False, True, True]
    assert tables.records["a"] == Item("a", "MUG", ("x",), {"shop": "x"}, numbers={"price": 0.0})
    assert (set(tables.in_several), tables.tables) == ({"a"}, {"t0", "t1", "t2"})
    assert [each.told for each in tables.differences] == ["'a' has 'MUG' in t0 and 'CUP' in t1"]
    assert list(tables.alike) == [("'B7' in t0", "'b7' in t1")]
    # Two such ids in the same table are two items.
    alone = JoinedRecords()
    assert alone.add(Item("B7"), "t0") and alone.add(Item("b7"), "t0") and not list(alone.alike)


def test_what_tables_have_in_common_is_said():
    assert id_of(User("u")) == "u"
    told = "2 of 5 users stand in several tables of data.user_sources, 3 in one alone; all are kept"
    assert common_sentence("user", 2, 3, None) == told
    alike = common_sentence("user", 2, 3, (1, "'B7' in t0 and 'b7' in t1"))
    assert alike == f"{told}; 1 more would meet if ids were written alike: 'B7' in t0 and 'b7' in t1"
