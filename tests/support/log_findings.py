"""What is found wrong with a log, as one line to compare with."""

from components.own_log.findings.log_finding import LogFinding


def told(finding: LogFinding) -> str:
    """A finding in words: severity and code, place, text and mend."""
    return f"{finding.severity.value} {finding.code}: {finding}"
