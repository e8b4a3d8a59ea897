import pytest

from components.own_log.findings.log_finding import Severity
from components.own_log.findings.refused_rows import FileReading, refusal_findings
from components.raw_files.refusal import Converted, Reject
from tests.support.log_findings import told


def reading(*reasons, rows=100, detail="column 'x' holds 'y'"):
    found = FileReading("log.csv", "event", rows)
    for row, reason in enumerate(reasons, start=2):
        found.refuse(Reject("log.csv", row, reason, detail))
    return found


def test_each_reason_is_a_finding_with_its_first_row():
    user, label = refusal_findings(reading("missing user", "unknown label", "missing user"), 0.05)
    assert told(user).startswith("warning missing_user: log.csv:2: 2 of 100 event rows refused (2.0%): missing user: ")
    assert "column 'x' holds 'y'. Leave out events of unknown users" in str(user)
    assert (user.count, label.code, label.row) == (2, "unknown_label", 3)
    assert not list(refusal_findings(reading(), 0.0))
    # As plain values, for programs.
    assert reading("missing user").as_dict() == {
        **{"file": "log.csv", "kind": "event", "rows": 100, "whole": True, "refused": {"missing user": 1}},
        **{"left_out": {}, "converted": {}},
        "first": {"missing user": {"row": 2, "detail": "column 'x' holds 'y'"}},
    }


@pytest.mark.parametrize(
    ("rows", "share"), [(100, "(2.0%, more than data.max_reject_share = 1% lets pass)"), (2, "(all, more than")]
)
def test_more_than_a_run_lets_pass_is_an_error(rows, share):
    (finding,) = refusal_findings(reading("missing user", "missing user", rows=rows), 0.01)
    assert told(finding).startswith(f"error missing_user: log.csv:2: 2 of {rows} event rows refused {share}")
    assert finding.field == "data.max_reject_share"


@pytest.mark.parametrize(
    ("value", "meant"),
    [("Search", "Did you mean 'search'? "), ("recomendation", "Did you mean 'recommendation'? "), ("home", "")],
)
def test_a_surface_close_to_a_known_one_is_named(value, meant):
    detail = f"column 'surface' holds {value!r}; give recommendation or search"
    (finding,) = refusal_findings(reading("unknown surface", detail=detail), 0.5)
    assert finding.mend.startswith(f"{meant}Give `recommendation` or `search`")


def test_what_is_left_out_as_told_and_what_was_converted_is_said():
    found = FileReading("log.csv", "event", 100)
    for row in range(2, 42):
        found.refuse(Reject("log.csv", row, f"left out: page {('cart', 'login')[row % 2]!r}", "", as_told=True))
    found.refuse(Reject("log.csv", 50, "missing user", "column 'x' is empty"))
    for row in (60, 61):
        found.refuse(Converted("log.csv", row, "ids as decimals", f"'{row}.0', read as '{row}'", times=2))
    left_out, converted, missing = refusal_findings(found, 0.0166)
    assert told(left_out).startswith(
        "note rows_left_out: log.csv: 40 of 100 event rows are left out as data.columns says: left out: page 'cart' (2"
    )
    assert told(converted) == "note converted_values: log.csv:60: ids as decimals: 4, such as '60.0', read as '60'."
    # One of the 60 rows that are left, and not of 100, is more than 1.66 %.
    assert missing.severity is Severity.ERROR
    assert found.refused == 1
    assert found.as_dict()["converted"] == {"ids as decimals": 4}
    nothing = FileReading("log.csv", "event", 1)
    nothing.refuse(Reject("log.csv", 2, "left out: page 'cart'", "", as_told=True))
    assert [each.severity for each in refusal_findings(nothing, 0.5)] == [Severity.ERROR]
