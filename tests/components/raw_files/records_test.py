from components.raw_files.records import records
from components.raw_files.refusal import Reject
from components.raw_files.row import Row
from schemas.event_rows import RowError


def number(values):
    if not values["n"].isdecimal():
        raise RowError("no number", f"found {values['n']!r}")
    return int(values["n"])


def test_rejects_stand_in_the_place_of_their_rows():
    rows = [Row(2, {"n": "5"}), Reject("f", 3, "broken record", ""), Row(4, {"n": "x"}), Row(5, {"n": "7"})]
    assert list(records("f", rows, number)) == [
        (2, 5),
        Reject("f", 3, "broken record", ""),
        Reject("f", 4, "no number", "found 'x'"),
        (5, 7),
    ]
