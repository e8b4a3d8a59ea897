"""Whom the demonstration asks for: one who is named, and two others whose histories are of other lengths."""

from collections import Counter
from collections.abc import Callable, Sequence

_PLACES = (0.1, 0.5, 0.95)
"""Where in the order of their clicks others may stand, from 0 for the fewest to 1 for the most."""
_TRIED = 20
_FEWEST_CLICKS = 4


def candidates(user_counts: Counter[str], wanted: str) -> list[list[str]]:
    """Two lists of users, whose histories are longer or shorter than that of who is wanted; the best come first.

    Args:
        user_counts: The clicks of each user.
        wanted: Who is asked for in any case.
    """
    users = sorted(
        (user for user, count in user_counts.items() if user != wanted and count >= _FEWEST_CLICKS),
        key=lambda user: (user_counts[user], user),
    )
    if not users:
        return []
    own = sum(user_counts[user] < user_counts[wanted] for user in users) / len(users)
    lists = []
    # The two that are farthest from the one who is wanted.
    for share in sorted(sorted(_PLACES, key=lambda share: abs(share - own))[1:]):
        place = round(share * (len(users) - 1))
        lists.append([user for _, user in sorted((abs(at - place), user) for at, user in enumerate(users))[:_TRIED]])
    return lists


def chosen(wanted: str, lists: Sequence[Sequence[str]], suits: Callable[[str], bool]) -> list[str]:
    """The user who is wanted, and of each list the first other one who suits, if any."""
    users = [wanted]
    for each in lists:
        users += [user for user in each if user not in users and suits(user)][:1]
    return users
