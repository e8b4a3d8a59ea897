"""Draws the items that users engage with: by popularity within the topic, and without repetition.

Take independent draws and keep each item at its first appearance: the result is distributed like draws without
replacement (Plackett and Luce). So each user has a stream of draws for each topic, and takes the items that are new. A
user who has had all items of a topic starts over.
"""

from collections.abc import Sequence

import numpy as np

from components.synthetic_log.made_catalogue import Catalogue


def draw_items(
    catalogue: Catalogue, user: np.ndarray, topic: np.ndarray, streams: Sequence[np.random.Generator]
) -> np.ndarray:
    """Chooses an item for each engagement.

    Args:
        catalogue: The items.
        user: The index of each engagement's user in `streams`, in ascending order. [engagements]
        topic: The topic of each engagement. [engagements]
        streams: The random numbers of each user.

    Returns:
        The items. [engagements]
    """
    if not len(user):
        return np.empty(0, np.int64)
    visited = user * catalogue.topics + topic
    order = np.argsort(visited, kind="stable")
    times = np.empty(len(user), np.int64)
    times[order] = places_in_runs(visited[order])
    turn = times // catalogue.topic_sizes[topic]
    # A group is one pass of one user through the items of one topic.
    order = np.lexsort((turn, topic, user))
    starts = _starts_of_runs(visited[order], turn[order])
    size = np.diff(np.append(starts, len(order)))
    group_user, group_topic = user[order][starts], topic[order][starts]
    ranks = _ranks(catalogue, group_user, group_topic, size, streams)
    result = np.empty(len(user), np.int64)
    result[order] = catalogue.item(topic[order], ranks)
    return result


def places_in_runs(values: np.ndarray) -> np.ndarray:
    """The index of each element within its run of equal neighbours, from 0."""
    starts = _starts_of_runs(values)
    size = np.diff(np.append(starts, len(values)))
    return np.arange(len(values)) - np.repeat(starts, size)


def _starts_of_runs(*values: np.ndarray) -> np.ndarray:
    changes = np.zeros(len(values[0]), bool)
    changes[:1] = True
    for each in values:
        changes[1:] |= each[1:] != each[:-1]
    return np.flatnonzero(changes)


def _ranks(
    catalogue: Catalogue,
    user: np.ndarray,
    topic: np.ndarray,
    size: np.ndarray,
    streams: Sequence[np.random.Generator],
) -> np.ndarray:
    """Draws `size` distinct ranks for each group, and returns them group by group."""
    drawn = 2 * size + 2
    by_user = np.bincount(user, drawn, minlength=len(streams)).astype(np.int64)
    uniform = np.concatenate([each.random(count) for each, count in zip(streams, by_user.tolist(), strict=True)])
    group = np.repeat(np.arange(len(size)), drawn)
    ranks = catalogue.rank_at(uniform, topic[group])
    most = int(catalogue.topic_sizes[0])
    new = np.sort(np.unique(group * most + ranks, return_index=True)[1])
    group, ranks = group[new], ranks[new]
    taken = places_in_runs(group) < size[group]
    group, ranks = group[taken], ranks[taken]
    missing = size - np.bincount(group, minlength=len(size))
    short = np.flatnonzero(missing)
    if not len(short):
        return ranks
    ends = np.searchsorted(group, short, side="right")
    parts, done = [], 0
    for number, end in zip(short.tolist(), ends.tolist(), strict=True):
        have = ranks[end - (size[number] - missing[number]) : end]
        rest = _rest(catalogue, int(topic[number]), have, int(missing[number]), streams[user[number]])
        parts += [ranks[done:end], rest]
        done = end
    return np.concatenate([*parts, ranks[done:]])


def _rest(catalogue: Catalogue, topic: int, have: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """Draws the rest if the stream yields too few new items: takes the smallest of exponential variables."""
    size = int(catalogue.topic_sizes[topic])
    able = np.setdiff1d(np.arange(size), have, assume_unique=True)
    arrival = -np.log1p(-random.random(len(able))) / np.diff(catalogue.item_mass)[able]
    return able[np.argsort(arrival, kind="stable")[:count]]
