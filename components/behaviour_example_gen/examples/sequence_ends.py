"""Marks the examples that a model trains on if it predicts every position of a history (UnifiedSSR, next-item loss)."""

from collections.abc import Sequence

from components.behaviour_example_gen.examples.histories import TargetWithHistory
from components.sources.data_config import DataConfig
from schemas.canonical_event import Surface
from schemas.features import TRAIN_SPLIT


def sequence_ends(targets: Sequence[TargetWithHistory], splits: Sequence[str], config: DataConfig) -> list[bool]:
    """Marks the training examples that end a sequence.

    A sequence consists of an example's history on its own surface, followed by its target. The last training example of
    a surface ends a sequence. The next sequence ends with the newest example whose target is in no sequence yet, and so
    on. So the sequences hold each training target of the user. They hold no token twice, except an open search session.

    Args:
        targets: The targets of one user, in time order.
        splits: The split of each target; empty for a target that becomes no example.
        config: How much a history keeps.

    Returns:
        For each target, whether its example ends a sequence.
    """
    lengths = {Surface.RECOMMENDATION: config.recommendation_history, Surface.SEARCH: config.search_history}
    oldest: dict[Surface, int] = {}
    ends = [False] * len(targets)
    for index in reversed(range(len(targets))):
        each = targets[index]
        surface = each.target.surface
        if splits[index] == TRAIN_SPLIT and (surface not in oldest or each.token < oldest[surface]):
            ends[index] = True
            oldest[surface] = each.tokens_before - lengths[surface]
    return ends
