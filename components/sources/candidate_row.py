"""A row of a source that says which items an event is to be told from."""

from dataclasses import dataclass

from schemas.canonical_event import Surface


@dataclass(frozen=True)
class FixedCandidates:
    """One evaluation example of a source with splits of its own.

    Attributes:
        where: File and line that say so, for errors.
        user_id: Whose event it is.
        position: The number of the event to predict among its user's events.
        surface: Where that event happened.
        split: `validation` or `test`.
        positive: The item of that event.
        negatives: The items to tell it from.
    """

    where: str
    user_id: str
    position: int
    surface: Surface
    split: str
    positive: str
    negatives: tuple[str, ...]
