"""Makes the examples of one user: chooses targets, and gives each its history and its negatives."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from components.behaviour_example_gen.examples.behaviour_examples import BehaviourExamples
from components.behaviour_example_gen.examples.example_bytes import text
from components.behaviour_example_gen.examples.fixed_candidates import given_examples
from components.behaviour_example_gen.examples.histories import TargetWithHistory, targets_with_histories
from components.behaviour_example_gen.examples.sequence_ends import sequence_ends
from components.behaviour_example_gen.examples.splits import assign_splits
from components.behaviour_example_gen.negatives.drawing import NegativeSampler, UserNegatives
from components.behaviour_example_gen.negatives.shown_items import ShownItems
from components.sources.candidate_row import FixedCandidates
from components.sources.data_config import SHOWN, DataConfig
from schemas.canonical_event import Event
from schemas.features import TRAIN_SPLIT


class UserExample(NamedTuple):
    """One example.

    Attributes:
        split: Its split.
        item_id: Its positive.
        serialized: The serialized tf.Example.
    """

    split: str
    item_id: str
    serialized: bytes


class UserExamples(NamedTuple):
    """The examples of one user.

    Attributes:
        made: The examples, in the time order of their targets.
        left_out: How many targets each split would have had beside these, if the user had not engaged with nearly
            everything: fewer items are left than an example needs negatives.
    """

    made: list[UserExample]
    left_out: Counter[str]


def examples_of_user(
    user_id: str,
    events: Sequence[Event],
    sampler: NegativeSampler,
    config: DataConfig,
    candidates: Sequence[FixedCandidates] | None = None,
    engaged_before: Collection[str] = (),
) -> UserExamples:
    """Makes the examples of one user.

    Args:
        user_id: The user.
        events: All events of the user, in time order.
        sampler: Draws the negatives.
        config: How examples are made.
        candidates: The evaluation examples that come with the source; None if `config` decides how to split.
        engaged_before: Items of older events that were left out. They are never negatives either.

    Returns:
        The examples, and the count of targets that became none.

    Raises:
        DataError: The source's own examples contradict its events.
    """
    targets = [event for event in events if event.is_target]
    engaged = {target.item_id for target in targets} | set(engaged_before)
    drawn = sampler.outside(user_id, engaged, ShownItems(events, engaged) if config.negatives == SHOWN else None)
    if candidates is None:
        cut: list[tuple[str, tuple[str, ...]]] = [(split, ()) for split in assign_splits(targets, config)]
    else:
        cut = given_examples(targets, candidates)
    # Which of its own events a source of fixed splits shows, it has decided.
    hides = candidates is None and not config.held_out_in_histories
    placed = list(targets_with_histories(events, config, [split for split, _ in cut] if hides else None))
    able, of_histories, left_out = [], [], Counter[str]()
    for (split, given), each in zip(cut, placed, strict=True):
        is_drawn = bool(split) and not given
        of_history = _of_history(drawn, each, split, config) if is_drawn and config.history_negatives else []
        is_left_out = is_drawn and _wanted(split, config) - len(of_history) > drawn.available
        able.append(("", ()) if is_left_out else (split, given))
        of_histories.append(of_history)
        left_out[split] += is_left_out
    cut = able
    ends = sequence_ends(placed, [split for split, _ in cut], config)
    chosen = [each for each in zip(cut, placed, ends, of_histories, strict=True) if each[0][0]]
    negatives = iter(
        drawn.draw_each(
            [
                (each.position, _wanted(split, config) - len(of_history), each.target)
                for (split, given), each, _, of_history in chosen
                if not given
            ]
        )
    )
    serialize, texts = BehaviourExamples(user_id).example, sampler.texts
    made = []
    for (split, given), each, is_end, of_history in chosen:
        if given:
            count, written = len(given), b"".join(map(text, given))
        else:
            places = [*of_history, *next(negatives)]
            count, written = len(places), texts.joined(places)
        serialized = serialize(each.target, each.history, written, count, is_end, config.has_weights, config.has_places)
        made.append(UserExample(split, each.target.item_id, serialized))
    return UserExamples(made, +left_out)


def _of_history(drawn: UserNegatives, each: TargetWithHistory, split: str, config: DataConfig) -> list[int]:
    """The negatives of an example that are items of its history, as catalogue indices."""
    items = dict.fromkeys(item for token in each.history for item in token.items)
    items.pop(each.target.item_id, None)
    return drawn.draw_among(each.position, items, config.of_history(_wanted(split, config)))


def _wanted(split: str, config: DataConfig) -> int:
    """How many negatives an example of a split needs."""
    return config.train_negatives if split == TRAIN_SPLIT else config.evaluation_negatives
