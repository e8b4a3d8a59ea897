"""The demonstration's questions: what the model would have said just before what the user really did."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.canonical_event import Event, Surface, Token
from serving.candidates import choose_candidates
from serving.cli.tables import table
from serving.client import RankedItem
from serving.event_log import EventLog, HistoryLimits, history
from serving.request_builder import RankRequest

_SHOWN_TOKENS = 8
_SHOWN_ITEMS = 10
# Over REST a score travels as text that gives the very float32 back; nothing but that conversion may differ.
_SCORE_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Target:
    """Something that the user did, and the request that asks for it."""

    event: Event
    request: RankRequest


def last_target(log: EventLog, user_id: str, surface: Surface, limits: HistoryLimits) -> Target | None:
    """The user's last click on a surface, to be predicted from what came before it; None where there is none.

    Ranked is the catalogue without what the user had by then, and in any case the item of the click.
    """
    events = log.events_of(user_id)
    for place in range(len(events) - 1, -1, -1):
        event = events[place]
        if event.surface is surface and event.label and event.item_id:
            before = events[:place]
            owned = {each.item_id for each in before if each.label}
            candidates = choose_candidates(log, owned, wanted=[event.item_id])
            return Target(event, RankRequest(user_id, candidates.item_ids, event.query, history(before, limits)))
    return None


def history_text(tokens: Sequence[Token], log: EventLog) -> str:
    """A history in short, newest last."""
    lines = ["History, newest last:"]
    if len(tokens) > _SHOWN_TOKENS:
        lines.append(f"  … {len(tokens) - _SHOWN_TOKENS} more")
    for token in tokens[-_SHOWN_TOKENS:]:
        titles = ", ".join(log.title(item_id) for item_id in token.items) or "nothing clicked"
        what = f'search "{token.query}"' if token.surface is Surface.SEARCH else "feed"
        lines.append(f"  {what}: {titles}")
    return "\n".join(lines)


def agree(first: Sequence[RankedItem], second: Sequence[RankedItem]) -> bool:
    """Whether two answers hold the same items in the same order with the same scores."""
    return len(first) == len(second) and all(
        one.item_id == other.item_id and abs(one.score - other.score) <= _SCORE_TOLERANCE
        for one, other in zip(first, second, strict=True)
    )


def answer_text(target: Target, ranked: Sequence[RankedItem], log: EventLog) -> str:
    """The top of an answer next to what the user really did."""
    real = target.event.item_id
    rank = next(place for place, item in enumerate(ranked, start=1) if item.item_id == real)
    asked = f'search "{target.event.query}"' if target.event.query else "recommendations"
    rows = [
        (
            str(place),
            item.item_id,
            log.title(item.item_id),
            f"{item.score:.4f}",
            "<- clicked" if item.item_id == real else "",
        )
        for place, item in enumerate(ranked[:_SHOWN_ITEMS], start=1)
    ]
    return "\n".join(
        (
            f"Asked: {asked}, with {len(target.request.history)} history tokens and {len(ranked):,} candidates.",
            table(("rank", "item", "title", "score", ""), rows),
            f"What the user did next: {log.title(real)} ({real}), which the model put at rank {rank:,}.",
        )
    )
