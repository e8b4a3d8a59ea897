"""Where a retrieved item comes from: the names of the sources, as answers and the configuration tell them."""

from typing import Final

VECTORS: Final = "vectors"
"""The items whose vectors suit the request's best."""
WORDS: Final = "words"
"""The items whose texts hold the words of the query or, without one, of the newest query of the history."""
QUERIES: Final = "queries"
"""The items that training's searches led to, with queries that share words with the query or the history's newest."""
CATEGORY: Final = "category"
"""The most popular items of the categories of the newest items of the history."""
NEIGHBOURS: Final = "neighbours"
"""The items that stand in the same training histories as the newest items of the history."""
HISTORY: Final = "history"
"""The items of the request's own history, those engaged with most often first, of equal ones the newest first."""
POPULARITY: Final = "popularity"
"""The items that training was engaged with most. Where nothing is known of a request, all its items are these."""

SOURCES: Final = (VECTORS, WORDS, QUERIES, CATEGORY, NEIGHBOURS, HISTORY, POPULARITY)
"""All of them. Of an item that several offer at the same place, the first one is told."""
