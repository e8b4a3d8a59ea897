"""Shared by the layouts: session numbers of searches, and joined words."""

from collections.abc import Sequence

import numpy as np

from components.synthetic_log.actions import Actions


def session_numbers(actions: Actions) -> np.ndarray:
    """The number of each search among the searches of its user, from 1; 0 for a feed click. [actions]"""
    searches = np.concatenate([[0], np.cumsum(actions.is_search)])
    before = searches[actions.first[:-1]]
    return np.where(actions.is_search, searches[1:] - before[actions.user], 0)


def joined_terms(terms: np.ndarray, words: Sequence[str], separator: str) -> list[str]:
    """Joins the words of each row to one text; negative numbers are skipped.

    Args:
        terms: The words' numbers. [rows, words]
        words: The text of each word.
        separator: The text between two words.
    """
    texts = []
    for row in terms.tolist():
        texts.append(separator.join([words[each] for each in row if each >= 0]))
    return texts
