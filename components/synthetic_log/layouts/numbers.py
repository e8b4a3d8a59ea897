"""What layouts share: numbers of search sessions, lists of words."""

from collections.abc import Sequence

import numpy as np

from components.synthetic_log.actions import Actions


def session_numbers(actions: Actions) -> np.ndarray:
    """The number of each search among its user's, from 1; 0 for a feed click. [actions]"""
    searches = np.concatenate([[0], np.cumsum(actions.is_search)])
    before = searches[actions.first[:-1]]
    return np.where(actions.is_search, searches[1:] - before[actions.user], 0)


def joined_terms(terms: np.ndarray, words: Sequence[str], separator: str) -> list[str]:
    """Each row's words as one text; numbers below 0 are none.

    Args:
        terms: Their numbers, none before others. [rows, words]
        words: Their texts.
        separator: What is put between them.
    """
    texts = []
    for row in terms.tolist():
        texts.append(separator.join([words[each] for each in row if each >= 0]))
    return texts
