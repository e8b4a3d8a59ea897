import pytest

from components.own_log.findings.refused_rows import FileReading, refusal_findings
from components.raw_files.refusal import Reject
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
