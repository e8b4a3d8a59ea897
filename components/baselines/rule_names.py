"""The names of the rules, in the order of tables. A configuration names rules by them.

And of the one trained model that stands beside them.
"""

from typing import Final

POPULARITY: Final = "popularity"
RECENT_POPULARITY: Final = "recent_popularity"
LAST_ITEMS: Final = "last_items"
SAME_CATEGORY: Final = "same_category"
QUERY_WORDS: Final = "words_of_query"
ITEM_QUERIES: Final = "queries_of_items"
ITEM_NEIGHBOURS: Final = "item_neighbours"
CATEGORY_THEN_QUERY: Final = "category_then_query_then_popularity"
QUERY_THEN_CATEGORY: Final = "query_then_category_then_popularity"

RULE_NAMES: Final = (
    POPULARITY,
    RECENT_POPULARITY,
    LAST_ITEMS,
    SAME_CATEGORY,
    QUERY_WORDS,
    ITEM_QUERIES,
    ITEM_NEIGHBOURS,
    CATEGORY_THEN_QUERY,
    QUERY_THEN_CATEGORY,
)
"""All of them. Each takes seconds."""

SASREC: Final = "sasrec"
"""A trained model that the model has to beat, too, where there is one. It comes after the rules, and counts as one."""
