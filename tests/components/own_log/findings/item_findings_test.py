import pytest

from components.own_log.findings.item_findings import ItemTally, id_findings, item_findings
from components.own_log.findings.log_finding import Severity
from schemas.canonical_event import Item


def table(*items):
    found = ItemTally()
    for row, item in enumerate(items, start=2):
        found.add("items.csv", row, item)
    return found


@pytest.mark.parametrize(
    ("value", "mended"),
    [
        ("Home > Mugs", "Home|Mugs"),
        ("Home>Mugs>Red", "Home|Mugs|Red"),
        ("Home / Mugs", "Home|Mugs"),
        ("Home; Mugs", "Home|Mugs"),
        ("家居 » 杯子", "家居|杯子"),
    ],
)
def test_a_path_divided_by_another_sign_is_one_category(value, mended):
    (finding,) = item_findings(table(Item("i1", "mug", (value,))))
    assert (finding.code, finding.file, finding.row) == ("one_category", "items.csv", 2)
    assert finding.text.startswith(f"{value!r} is read as one category")
    assert f"broad to narrow: {mended!r}." in finding.mend


@pytest.mark.parametrize("categories", [("Home", "Mugs > 1 l"), ("Home",), ("Men/Women",), ()])
def test_other_categories_are_let_pass(categories):
    assert not list(item_findings(table(Item("i1", "mug", categories))))


def test_items_without_titles_are_told():
    (finding,) = item_findings(table(Item("i1"), Item("i2")))
    assert (finding.code, finding.count) == ("no_title", 2)
    assert finding.text == "of 2 items none have a title; 'i1', for one, has not."
    (finding,) = item_findings(table(Item("i1", "mug"), Item("i2")))
    assert finding.text == "of 2 items only 1 have a title; 'i2', for one, has not."


def test_rows_of_one_item_and_broken_letters_are_told():
    repeated, *_ = item_findings(table(Item("i1", "mug"), Item("i1", "cup")))
    assert (repeated.code, repeated.row) == ("repeated_item", 3)
    (broken,) = item_findings(table(Item("i1", "café".encode().decode("latin-1"))))
    assert broken.text == "1 titles hold letters that were encoded twice, such as 'cafÃ©'."


def test_ids_that_meet_are_let_pass():
    assert not list(id_findings({"i1", "i2"}, table(Item("i1"), Item("i2"), Item("i3")), whole_log=True))


@pytest.mark.parametrize(("in_log", "in_table"), [("12", "12.0"), ("0012", "12"), ("AB-1", "ab-1"), ("12", "'12'")])
def test_ids_that_are_written_in_two_ways_do_not_meet(in_log, in_table):
    (finding,) = id_findings({in_log}, table(Item(in_table)), whole_log=False)
    assert (finding.code, finding.severity) == ("ids_do_not_meet", Severity.ERROR)
    assert finding.text.startswith(f"None of the log's 1 items is in the table of items, such as {in_log!r}")
    assert f"{in_log!r} in the log is {in_table!r} in the table" in finding.mend


def test_items_that_one_side_alone_has_are_told():
    some = table(Item("i1"), Item("x1"), Item("x2"), Item("x3"))
    absent, unseen = id_findings({"i1", "i2"}, some, whole_log=True)
    assert (absent.severity, absent.count) == (Severity.WARNING, 1)
    assert absent.text.startswith("1 of the log's 2 items are not in the table of items, such as 'i2'")
    assert (unseen.code, unseen.severity, unseen.count) == ("items_without_events", Severity.NOTE, 3)


def test_nothing_is_said_of_ids_where_one_side_was_not_read_to_its_end():
    some = table(Item("i1"))
    some.whole = False
    assert not list(id_findings({"i2"}, some, whole_log=True))
    assert [each.code for each in id_findings({"i1"}, table(Item("i1"), Item("i2"), Item("i3")), False)] == []
