"""Formats sessions as plain text: a row for each event, a column for each session."""

from schemas.canonical_event import Surface
from tfx_pipeline.cli.sessions.session_events import Division, EventSessions
from tfx_pipeline.result_texts.tables import table

_HEADLINES = {Surface.RECOMMENDATION: "Feed", Surface.SEARCH: "Search"}
_LEAST_SHARE = 0.005
"""Less of an event than this would be printed as 0 %."""


def sessions_text(shown: EventSessions) -> str:
    """Lays out the tables of one surface."""
    headline = _HEADLINES[shown.surface]
    if not shown.events:
        return f"{headline}: no events."
    return "\n\n".join(
        f"{headline}, by {division.made_by}:\n{_division_table(shown, division)}" for division in shown.divisions
    )


def _division_table(shown: EventSessions, division: Division) -> str:
    header = ["event", "what"]
    header += [f"{number}: {each.start:.1f}-{each.end:.1f}" for number, each in enumerate(division.sessions, start=1)]
    rows = [
        [str(place + 1), event.label, *(_share(session.shares[place]) for session in division.sessions)]
        for place, event in enumerate(shown.events)
    ]
    return table(header, rows)


def _share(share: float) -> str:
    return f"{share:.0%}" if share >= _LEAST_SHARE else ""
