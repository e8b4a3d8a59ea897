import json

import pytest

from components.raw_files.refusal import DataError, Reject, check_share

FIRST = Reject("log.tsv", 7, "missing user", "column 'user_id' is empty")


def test_a_reject_is_one_line_of_json_and_too_many_are_told():
    text = Reject("log.tsv", 7, "unknown surface", "holds 'é\n'").to_json()
    assert "\n" not in text
    assert json.loads(text) == {"file": "log.tsv", "line": 7, "reason": "unknown surface", "detail": "holds 'é\n'"}
    # A share above the limit fails and names the first.
    check_share("event", 100, {"missing user": 1}, [FIRST], 0.01, "rejects")
    check_share("event", 100, {}, [], 0.0, "rejects")
    with pytest.raises(DataError) as error:
        check_share("event", 100, {"missing user": 1, "NUL byte": 2, "future time": 1}, [FIRST], 0.02, "out/rejects")
    assert str(error.value) == (
        "4 of 100 event rows (4.00%) cannot be used, more than data.max_reject_share = 2.00% allows. "
        "By reason: NUL byte (2), future time (1), missing user (1). The first:\n"
        "  log.tsv:7: missing user: column 'user_id' is empty\n"
        "All are in out/rejects. Mend them, or raise data.max_reject_share to go on without them."
    )
