"""What of a log became no example although it could be read: the names of its counts, and what is said of them."""

from collections.abc import Mapping
from typing import Final

from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from components.sources.robot_filter import ROBOT_EVENTS, ROBOTS
from schemas.features import BEHAVIOUR_SPLITS, CATALOG_SPLIT, PRETRAIN_SPLIT, TRAIN_SPLIT

REPEATED_EVENTS: Final = "events_repeated"
WEAKER_ACTIONS: Final = "weaker_actions"
CUT_USERS: Final = "users_cut"
CUT_EVENTS: Final = "events_cut"
CROWDED_USERS: Final = "users_with_nearly_all_items"
LEFT_OUT: Final = "left_out_"
"""Before the name of a split: targets that became no example, because their users engaged with nearly all items."""
LEFT_OUT_PROPERTY: Final = "left_out"
"""The property of the Examples artifact with what `left_out_of` says, a line each."""


def left_out_of(config: DataConfig, counts: Mapping[str, int]) -> list[str]:
    """Says in a sentence each what was left out; nothing if nothing was.

    Args:
        config: The configuration.
        counts: Name to number, as in the run's summary.
    """
    sentences = []
    if counts.get(REPEATED_EVENTS):
        sentences.append(
            f"{counts[REPEATED_EVENTS]:,} events stand in the log more than once, equal in all that they say; each is "
            "taken once. Was a file shipped twice, or does data.events match a file and its copy?"
        )
    if counts.get(WEAKER_ACTIONS):
        sentences.append(
            f"{counts[WEAKER_ACTIONS]:,} events are further actions with an item in the same list, such as a purchase "
            "after a click; the strongest counts (data.columns.weight_values)."
        )
    if counts.get(CUT_USERS):
        sentences.append(
            f"{counts[CUT_USERS]:,} users have more than data.max_events_per_user = {config.max_events_per_user} "
            f"events; their {counts[CUT_EVENTS]:,} oldest ones were left out."
        )
    if counts.get(ROBOTS):
        sentences.append(
            f"{counts[ROBOTS]:,} users have more than data.max_events_per_user_day = {config.max_events_per_user_day} "
            f"events on some day; they were left out with all of their {counts[ROBOT_EVENTS]:,} events."
        )
    targets = sum(counts.get(LEFT_OUT + split, 0) for split in (*BEHAVIOUR_SPLITS, PRETRAIN_SPLIT))
    if targets:
        users = f" of {counts[CROWDED_USERS]:,} users" if counts.get(CROWDED_USERS) else ""
        sentences.append(
            f"{targets:,} targets{users} were left out, because too few of the catalogue's "
            f"{counts.get(CATALOG_SPLIT, 0):,} items are left that these users did not engage with "
            f"(data.train_negatives = {config.train_negatives}, data.evaluation_negatives = "
            f"{config.evaluation_negatives}). If they are crawlers, data.max_events_per_user_day leaves them out whole."
        )
    return sentences


def check_left_out(config: DataConfig, counts: Mapping[str, int]) -> None:
    """Fails if a split loses more targets than it keeps: then the catalogue is too small, and not a user too busy.

    Args:
        config: The configuration.
        counts: Name to number, as in the run's summary.

    Raises:
        DataError: A split loses more.
    """
    items = counts.get(CATALOG_SPLIT, 0)
    for split in (*BEHAVIOUR_SPLITS, PRETRAIN_SPLIT):
        left_out, made = counts.get(LEFT_OUT + split, 0), counts.get(split, 0)
        if left_out > made and items == 1:
            raise DataError(
                f"data.events = {config.events}: the catalogue has one item, so there is nothing to choose from. Does "
                "data.columns.item_id name the column of the items? If it does, give the others in data.items."
            )
        if left_out > made:
            field = "train_negatives" if split in (TRAIN_SPLIT, PRETRAIN_SPLIT) else "evaluation_negatives"
            wanted = getattr(config, field)
            raise DataError(
                f"data.{field} = {wanted}: for {left_out:,} of {left_out + made:,} targets of the split {split}, "
                f"{wanted} negatives cannot be drawn. The catalogue has {items:,} items, and an item that the user "
                f"engaged with is no negative{_but(config)}. Lower data.{field}, or give more items in data.items."
            )


def _but(config: DataConfig) -> str:
    """What the rule about negatives leaves open."""
    share = config.history_negatives
    return f", but for those of the history (data.history_negatives = {share})" if share else ""
