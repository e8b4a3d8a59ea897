import pytest

from components.own_log.findings.item_findings import ItemTally, id_findings, item_findings, user_findings
from schemas.canonical_event import Item
from tests.support.log_findings import told


def table(*items, whole=True):
    found = ItemTally(whole=whole)
    for row, item in enumerate(items, start=2):
        found.add("items.csv", row, item if isinstance(item, Item) else Item(item))
    return found


@pytest.mark.parametrize(
    ("categories", "mended"),
    [
        (["Home > Mugs"], "'>', and it is read as 'Home' and 'Mugs'."),
        (["Home>Mugs>Red"], "'>', and it is read as 'Home' and 'Mugs' and 'Red'."),
        (["Home / Mugs"], "'/', and it is read as 'Home' and 'Mugs'."),
        (["Home; Mugs"], "';', and it is read as 'Home' and 'Mugs'."),
        (["家居 » 杯子"], "'»', and it is read as '家居' and '杯子'."),
        (["Home|Mugs"], "'|', and it is read as 'Home' and 'Mugs'."),
        *[(categories, "") for categories in (["Home", "Mugs > 1 l"], ["Home"], ["Men/Women"], [])],
    ],
)
def test_a_path_divided_by_another_sign_is_one_category(categories, mended):
    findings = list(item_findings(table(Item("i1", "mug", tuple(categories)))))
    assert len(findings) == bool(mended)
    for finding in findings:
        assert told(finding).startswith(f"warning one_category: items.csv:2: {categories[0]!r} is read as one category")
        assert finding.mend == f"Set data.item_columns.category_separator: {mended}"


@pytest.mark.parametrize(
    ("items", "count", "expected"),
    [
        (["i1", "i2"], 2, "no_title: items.csv:2: none of 2 items have a title; 'i1' has none."),
        (["i2", Item("i1", "mug")], 1, "no_title: items.csv:2: only 1 of 2 items have a title; 'i2' has none."),
        ([Item("i1", "mug"), Item("i1", "cup")], 1, "repeated_item: items.csv:3: 1 rows repeat an item"),
        ([Item("i1", "cafÃ©")], 1, "double_encoded: items.csv:2: 1 titles hold letters that were encoded twice"),
    ],
)
def test_items_without_titles_repeated_ones_and_broken_letters_are_told(items, count, expected):
    (finding,) = item_findings(table(*items))
    assert told(finding).startswith(f"warning {expected}") and finding.count == count


@pytest.mark.parametrize(("in_log", "in_table"), [("12", "12.0"), ("0012", "12"), ("AB-1", "ab-1"), ("12", "'12'")])
def test_ids_that_are_written_in_two_ways_do_not_meet(in_log, in_table):
    (finding,) = id_findings({in_log}, table(in_table), whole_log=False, most=0.9)
    assert told(finding).startswith(
        "error ids_do_not_meet: None of the log's 1 items is in the table of items, such as"
    )
    assert f"{in_log!r} in the log is {in_table!r} in the table" in finding.mend


def test_items_that_one_side_alone_has_are_told():
    absent, unseen = id_findings({"i1", "i2"}, table("i1", "x1", "x2", "x3"), whole_log=True, most=0.9)
    assert absent.text.startswith("1 of the log's 2 items are not in the table of items, such as 'i2'")
    assert told(absent).startswith("warning ids_do_not_meet: ") and absent.count == 1
    assert told(unseen).startswith("note items_without_events: 3 of the table's 4") and unseen.count == 3
    # Ids that meet, and ids that may meet yet, because the table or the log goes on.
    assert not list(id_findings({"i1", "i2"}, table("i1", "i2", "i3"), whole_log=True, most=0.9))
    assert not list(id_findings({"i2"}, table("i1", whole=False), whole_log=True, most=0.9))
    assert not list(id_findings({"i1"}, table("i1", "i2", "i3"), whole_log=False, most=0.9))


@pytest.mark.parametrize(
    ("log", "known", "most", "expected"),
    [
        (["u1", "u2"], ["u1", "u2", "u3"], 0.9, None),
        (["u1"], [], 0.9, None),  # There is no table.
        ([f"u{n}" for n in range(20)], [f"u{n}" for n in range(19)], 0.9, "note users_do_not_meet: 1 of the log's 20 "),
        (["u1", "u2"], ["u1"], 0.9, "warning users_do_not_meet: 1 of the log's 2 users are not in the table of users"),
        (["u1", "u2"], ["u1"], 0.4, "error users_do_not_meet: 1 of the log's 2 users are not in the table of users"),
        (["u1"], ["x"], 0.9, "error users_do_not_meet: None of the log's 1 users is in the table of users, such as"),
        (["u1"], ["x"], 1.0, "warning users_do_not_meet: None of the log's 1 users is in the table of users, such as"),
    ],
)
def test_users_that_the_table_lacks_are_told(log, known, most, expected):
    found = [told(each) for each in user_findings(log, known, most)]
    assert len(found) == (expected is not None)
    assert not found or found[0].startswith(expected)
    assert [f"a run fails above data.max_unknown_share = {most:.0%}" in each for each in found] == [
        each.startswith("error") for each in found
    ]


def test_users_that_are_written_in_two_ways_are_told():
    (finding,) = user_findings(["12", "13"], ["12.0", "13.0"], 0.9)
    assert "'12' in the log is '12.0' in the table" in finding.mend and finding.field == "data.user_columns.user_id"
