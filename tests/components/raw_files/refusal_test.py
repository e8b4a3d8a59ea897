import json

import pytest

from components.raw_files.refusal import DataError, Reject, check_share, describe

FIRST = Reject("log.tsv", 7, "missing user", "column 'user_id' is empty")


def test_a_reject_reads_as_a_compilers_error():
    assert str(FIRST) == "log.tsv:7: missing user: column 'user_id' is empty"


def test_a_reject_is_one_line_of_json():
    text = Reject("log.tsv", 7, "unknown surface", "holds 'é\n'").to_json()
    assert "\n" not in text
    assert json.loads(text) == {"file": "log.tsv", "line": 7, "reason": "unknown surface", "detail": "holds 'é\n'"}


def test_rejects_sort_by_file_and_line():
    assert sorted([Reject("b", 1, "", ""), Reject("a", 10, "", ""), Reject("a", 9, "", "")])[0].line == 9


def test_reasons_are_listed_the_most_frequent_first():
    assert describe({"b": 1, "c": 3, "a": 1}) == "c (3), a (1), b (1)"


def test_a_share_at_the_limit_passes():
    check_share("event", 100, {"missing user": 1}, [FIRST], 0.01, "rejects")
    check_share("event", 100, {}, [], 0.0, "rejects")


def test_a_larger_share_fails_and_names_the_first():
    with pytest.raises(DataError) as error:
        check_share("event", 100, {"missing user": 1, "NUL byte": 2}, [FIRST], 0.02, "out/rejects")
    assert str(error.value) == (
        "3 of 100 event rows (3.00%) cannot be used, more than data.max_reject_share = 2.00% allows. "
        "By reason: NUL byte (2), missing user (1). The first:\n"
        "  log.tsv:7: missing user: column 'user_id' is empty\n"
        "All are in out/rejects. Mend them, or raise data.max_reject_share to go on without them."
    )
