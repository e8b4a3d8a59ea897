"""Whom the demonstration asks for: one who is named, and two others whose histories are of other lengths."""

from collections import Counter
from collections.abc import Callable, Sequence

_SHORT, _LONG = 0.25, 0.9
"""Where in the order of their clicks the two others stand, from 0 for the fewest to 1 for the most."""
_TRIED = 20
_FEWEST_CLICKS = 4


def candidates(user_counts: Counter[str], wanted: str) -> list[list[str]]:
    """Two lists of users, of rather short and of rather long histories, the best of each list first.

    Args:
        user_counts: The clicks of each user.
        wanted: Who is asked for in any case.
    """
    users = sorted(
        (user for user, count in user_counts.items() if user != wanted and count >= _FEWEST_CLICKS),
        key=lambda user: (user_counts[user], user),
    )
    lists = []
    for share in (_SHORT, _LONG):
        place = round(share * (len(users) - 1))
        lists.append([user for _, user in sorted((abs(at - place), user) for at, user in enumerate(users))[:_TRIED]])
    return lists


def chosen(wanted: str, lists: Sequence[Sequence[str]], suits: Callable[[str], bool]) -> list[str]:
    """The user who is wanted, and of each list the first other one who suits, if any."""
    users = [wanted]
    for each in lists:
        users += [user for user in each if user not in users and suits(user)][:1]
    return users
