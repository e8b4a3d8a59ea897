"""FixedCandidates: an evaluation example whose negatives come with the source."""

from dataclasses import dataclass

from schemas.canonical_event import Surface


@dataclass(frozen=True)
class FixedCandidates:
    """One evaluation example of a source that comes with its own splits.

    Attributes:
        where: File and line of the row, for error messages.
        user_id: The user.
        position: The position of the event to predict among the user's events.
        surface: The surface of that event.
        split: `validation` or `test`.
        positive: The item of that event.
        negatives: The items that the positive is ranked against.
    """

    where: str
    user_id: str
    position: int
    surface: Surface
    split: str
    positive: str
    negatives: tuple[str, ...]
