"""Chooses the examples of a source that comes with its own splits and candidates."""

from collections.abc import Sequence

from components.raw_files.refusal import DataError
from components.sources.candidate_row import FixedCandidates
from schemas.canonical_event import Event
from schemas.features import TRAIN_SPLIT


def given_examples(targets: Sequence[Event], rows: Sequence[FixedCandidates]) -> list[tuple[str, tuple[str, ...]]]:
    """Says which targets of one user become examples.

    Every target in the source's train split becomes one. A target in another split does if it has a row of candidates.

    Args:
        targets: The targets of one user.
        rows: The rows of candidates of that user.

    Returns:
        (split, negatives) for each target. The split is empty if the target becomes no example. The negatives are empty
        if they are still to be drawn.

    Raises:
        DataError: A row contradicts the events or another row, or two events have the same position.
    """
    by_position: dict[int, Event] = {}
    for target in targets:
        if target.position in by_position:
            raise DataError(
                f"user {target.user_id!r} has two events at position {target.position}. Positions number a user's "
                "events, each once."
            )
        by_position[target.position] = target
    given: dict[int, FixedCandidates] = {}
    for row in sorted(rows, key=lambda row: row.where):
        _check(row, by_position.get(row.position), given.get(row.position))
        given[row.position] = row
    return [_example(target, given.get(target.position)) for target in targets]


def _example(target: Event, row: FixedCandidates | None) -> tuple[str, tuple[str, ...]]:
    if row is not None:
        return row.split, row.negatives
    return (TRAIN_SPLIT if target.split == TRAIN_SPLIT else ""), ()


def _check(row: FixedCandidates, event: Event | None, earlier: FixedCandidates | None) -> None:
    named = f"{row.where}: user_id {row.user_id!r}, position {row.position}"
    if event is None:
        raise DataError(f"{named}: the event file has no such event. Take the row out, or give the event.")
    if earlier is not None:
        raise DataError(f"{named}: stands in {earlier.where} already. Take one of the two rows out.")
    for field, told, found in (
        ("positive", row.positive, event.item_id),
        ("kind", row.surface.value, event.surface.value),
        ("split", row.split, event.split),
    ):
        if told != found:
            raise DataError(
                f"{named}: {field} is {told!r} here and {found!r} in the event file. Make both say the same."
            )
