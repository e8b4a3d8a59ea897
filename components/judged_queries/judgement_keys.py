"""The keys of a judgement, for who writes it and for who shows it. Importing this needs nothing heavy."""

from typing import Final

KINDS_KEY, ALL_KEY, SKIPPED_KEY, QUERIES_KEY = "kinds", "all", "skipped", "queries"
COUNT, PRECISION, OUT_OF_ORDER, ANSWERS = "queries", "precision", "out_of_order", "answers"
FIRST: Final = 5
"""So many of the first items of an answer are judged."""
ASKED_FOR: Final = 100
"""So many items a query asks for."""
