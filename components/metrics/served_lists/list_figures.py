"""The names of what `ListSums` computes, for those who read it without computing any."""

from typing import Final

LISTED: Final = 10
"""The first so many items of an answer are looked at."""
LISTS: Final = "lists"
COVERAGE, GINI, NOVELTY, DIVERSITY = "coverage", "gini", "novelty", "diversity"
SERVED_POPULARITY, CLICKED_POPULARITY = "popularity_of_served", "popularity_of_clicked"
