"""Events of one user at one moment, whose order alone counts, in few words."""

from schemas.canonical_event import Event, Surface


def view(item: str, label: int = 1) -> Event:
    """An item of the feed."""
    return Event("u", 0, Surface.RECOMMENDATION, item_id=item, label=label)


def click(item: str, query: str = "mug", session: str = "s1", label: int = 1) -> Event:
    """An item of a search."""
    return Event("u", 0, Surface.SEARCH, query=query, session_id=session, item_id=item, label=label)
