import pytest

from components.own_log.findings.log_finding import Severity
from components.own_log.findings.refused_rows import FileReading, refusal_findings
from components.raw_files.refusal import Reject


def reading(*reasons, rows=100, detail="column 'x' holds 'y'"):
    found = FileReading("log.csv", "event", rows)
    for row, reason in enumerate(reasons, start=2):
        found.refuse(Reject("log.csv", row, reason, detail))
    return found


def test_each_reason_is_a_finding_with_its_first_row():
    user, label = refusal_findings(reading("missing user", "unknown label", "missing user"), 0.05)
    assert (user.code, user.severity, user.count, user.row) == ("missing_user", Severity.WARNING, 2, 2)
    assert user.text == "2 of 100 event rows refused (2.0%): missing user: column 'x' holds 'y'."
    assert user.mend.startswith("Leave out events of unknown users")
    assert (label.code, label.row) == ("unknown_label", 3)


def test_more_than_a_run_lets_pass_is_an_error():
    (finding,) = refusal_findings(reading("missing user", "missing user"), 0.01)
    assert (finding.severity, finding.field) == (Severity.ERROR, "data.max_reject_share")
    assert "(2.0%, more than data.max_reject_share = 1% lets pass)" in finding.text
    (finding,) = refusal_findings(reading("missing user", rows=1), 0.01)
    assert "(all, more than" in finding.text


@pytest.mark.parametrize(
    ("value", "meant"),
    [("Search", "Did you mean 'search'? "), ("recomendation", "Did you mean 'recommendation'? "), ("home", "")],
)
def test_a_surface_close_to_a_known_one_is_named(value, meant):
    detail = f"column 'surface' holds {value!r}; give recommendation or search"
    (finding,) = refusal_findings(reading("unknown surface", detail=detail), 0.5)
    assert finding.mend.startswith(f"{meant}Give `recommendation` or `search`")


def test_a_file_without_refused_rows_has_no_findings():
    assert not list(refusal_findings(reading(), 0.0))
    assert reading("missing user").as_dict() == {
        "file": "log.csv",
        "kind": "event",
        "rows": 100,
        "whole": True,
        "refused": {"missing user": 1},
        "first": {"missing user": {"row": 2, "detail": "column 'x' holds 'y'"}},
    }
