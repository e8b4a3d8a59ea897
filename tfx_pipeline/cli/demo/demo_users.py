"""Chooses the users of the demonstration: one who is named, and two whose histories have other lengths."""

from collections import Counter
from collections.abc import Callable, Sequence

_PLACES = (0.1, 0.5, 0.95)
"""Where the other users may stand in the order of clicks, from 0 for the fewest to 1 for the most."""
_TRIED = 20
_FEWEST_CLICKS = 4


def candidates(user_counts: Counter[str], wanted: str) -> list[list[str]]:
    """Lists, for each of the two other users, who may be it, best first. Their histories are longer or shorter.

    Args:
        user_counts: The clicks of each user.
        wanted: The user who is asked for in any case.
    """
    users = sorted(
        (user for user, count in user_counts.items() if user != wanted and count >= _FEWEST_CLICKS),
        key=lambda user: (user_counts[user], user),
    )
    if not users:
        return []
    own = sum(user_counts[user] < user_counts[wanted] for user in users) / len(users)
    lists = []
    # The two places that are farthest from that of the wanted user.
    for share in sorted(sorted(_PLACES, key=lambda share: abs(share - own))[1:]):
        place = round(share * (len(users) - 1))
        lists.append([user for _, user in sorted((abs(at - place), user) for at, user in enumerate(users))[:_TRIED]])
    return lists


def chosen(wanted: str, lists: Sequence[Sequence[str]], suits: Callable[[str], bool]) -> list[str]:
    """Returns the wanted user, and from each list the first new user who suits, if any."""
    users = [wanted]
    for each in lists:
        users += [user for user in each if user not in users and suits(user)][:1]
    return users
