"""Prints the report of a benchmark, as text for people or as JSON."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Report = Mapping[str, Any]
"""Sections by name. A section is a mapping, or a table: a sequence of mappings with the same keys."""


def show(report: Report, as_json: bool) -> None:
    """Prints a report."""
    print(json.dumps(report, indent=2) if as_json else as_text(report))


def as_text(report: Report) -> str:
    """Formats a report as text, with a paragraph for each section."""
    return "\n\n".join(f"{name}\n{_section(section)}" for name, section in report.items())


def _section(section: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    if isinstance(section, Mapping):
        lines = [[name, _value(value)] for name, value in section.items()]
    else:
        lines = [list(section[0]), *([_value(value) for value in row.values()] for row in section)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={_value(each)}" for name, each in value.items()) or "none"
    return str(value)
