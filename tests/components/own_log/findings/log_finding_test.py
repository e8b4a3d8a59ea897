from components.own_log.findings.log_finding import LogFinding, Severity, errors, worst_first

PLACE = {"file": "log.csv", "row": 3, "field": "data.columns.label", "count": 2}
ERROR = LogFinding("a", Severity.ERROR, "is wrong.", "Mend it.", **PLACE)
WARNING = LogFinding("b", Severity.WARNING, "may be wrong.", file="log.csv")
NOTE = LogFinding("c", Severity.NOTE, "is so.")


def test_a_finding_says_where_what_and_how_to_mend_it():
    assert [str(each) for each in (ERROR, WARNING, NOTE)] == [
        "log.csv:3: is wrong. Mend it.", "log.csv: may be wrong.", "is so."
    ]  # fmt: skip
    assert ERROR.as_dict() == {"code": "a", "severity": "error", "text": "is wrong.", "mend": "Mend it.", **PLACE}
    # Errors come first, and equals keep their order.
    other = LogFinding("d", Severity.ERROR, "is wrong too.")
    assert worst_first([NOTE, WARNING, ERROR, other]) == [ERROR, other, WARNING, NOTE]
    assert errors([NOTE, ERROR, WARNING, other]) == [ERROR, other]
