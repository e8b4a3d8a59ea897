"""What the demonstration asks: requests that end just before a user's real event, and their answers as text."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.canonical_event import Event, Surface, Token
from serving.client.answers import RankedItem
from serving.client.requests import RankRequest, RetrievalRequest, of_moment
from serving.shop_log.best_items import choose_candidates
from serving.shop_log.event_log import EventLog, HistoryLimits, history
from tfx_pipeline.cli.demo.side_by_side import cut, side_by_side
from tfx_pipeline.result_texts.tables import table

_SHOWN_TOKENS = 6
_SHOWN_ITEMS = 5
_LONGEST_TITLE = 34
_RETRIEVED_ITEMS = 100
# Over REST a score is sent as text and read back as float32; only that conversion may make a difference.
_SCORE_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Target:
    """A real event of a user, and the requests that ask a model to predict it.

    Attributes:
        event: What the user did.
        retrieval: The request to a model that finds the items itself.
        ranking: The request to any other model. Its candidates are the catalogue without the items that the user had
            by then; the event's item is always among them.
    """

    event: Event
    retrieval: RetrievalRequest
    ranking: RankRequest


def last_target(
    log: EventLog, user_id: str, surface: Surface, limits: HistoryLimits, moment_inputs: Sequence[str] = ()
) -> Target | None:
    """The user's last click on a surface, to be predicted from what came before it; None if there is none.

    Args:
        log: The log.
        user_id: The user.
        surface: Where the click was.
        limits: How much a history keeps.
        moment_inputs: What the model takes of a moment, as `schemas.context_values.request_inputs` names it. It is told
            the time and the context of the click.
    """
    events = log.events_of(user_id)
    for place in range(len(events) - 1, -1, -1):
        event = events[place]
        if event.surface is surface and event.label and event.item_id:
            before = events[:place]
            owned = {each.item_id for each in before if each.label}
            candidates = choose_candidates(log, owned, wanted=[event.item_id])
            tokens = history(before, limits)
            # If the user comes back to an item, it must not be left out.
            is_new = event.item_id not in owned
            moment = of_moment(moment_inputs, event.timestamp_ms, event.context)
            return Target(
                event,
                RetrievalRequest(user_id, _RETRIEVED_ITEMS, event.query, tokens, exclude_seen=is_new, **moment),
                RankRequest(user_id, candidates.item_ids, event.query, tokens, **moment),
            )
    return None


def history_lines(tokens: Sequence[Token], log: EventLog) -> list[str]:
    """A history in short, newest last."""
    lines = ["history, newest last"]
    if len(tokens) > _SHOWN_TOKENS:
        lines.append(f"… {len(tokens) - _SHOWN_TOKENS} more")
    for token in tokens[-_SHOWN_TOKENS:]:
        titles = ", ".join(log.title(item_id) for item_id in token.items) or "nothing clicked"
        what = f'search "{token.query}"' if token.surface is Surface.SEARCH else "feed"
        lines.append(f"{what}: {titles}")
    return lines


def agree(first: Sequence[RankedItem], second: Sequence[RankedItem]) -> bool:
    """Whether two answers hold the same items in the same order with the same scores."""
    return len(first) == len(second) and all(
        one.item_id == other.item_id and abs(one.score - other.score) <= _SCORE_TOLERANCE
        for one, other in zip(first, second, strict=True)
    )


def answer_text(target: Target, ranked: Sequence[RankedItem], log: EventLog, is_retrieved: bool, width: int) -> str:
    """Shows the top of an answer beside the history that the model got, then what the user really did.

    Args:
        target: What was asked for.
        ranked: The answer, best first.
        log: Knows the titles.
        is_retrieved: Whether the model found the items itself, so that the real one may be missing.
        width: The columns of the terminal.
    """
    real = target.event.item_id
    asked = f'Search "{target.event.query}"' if target.event.query else "Feed"
    among = "the whole catalogue" if is_retrieved else f"{len(target.ranking.candidates):,} candidates"
    rows = [
        (
            str(place),
            cut(log.title(item.item_id), _LONGEST_TITLE),
            f"{item.score:.2f}",
            "<- clicked" if item.item_id == real else "",
        )
        for place, item in enumerate(ranked[:_SHOWN_ITEMS], start=1)
    ]
    rank = next((place for place, item in enumerate(ranked, start=1) if item.item_id == real), None)
    where = f"put at rank {rank:,}" if rank else f"did not put among its first {len(ranked):,}"
    return "\n".join(
        (
            f"{asked}, out of {among}:",
            side_by_side(
                history_lines(target.ranking.history, log),
                table(("", "title", "score", ""), rows).splitlines(),
                width,
            ),
            f"What the user did next: {log.title(real)}, which the model {where}.",
        )
    )
