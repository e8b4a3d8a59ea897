"""Formats what a model's search finds for queries made from titles as text."""

from collections.abc import Mapping
from typing import Any

from components.judged_queries import judgement_keys as keys
from tfx_pipeline.result_texts.tables import table


def judged_queries_lines(judged: Mapping[str, Any]) -> list[str]:
    """A table with a row for each kind of queries and one for those that some item is right for, and what it says.

    Args:
        judged: What `components.judged_queries.judge` returns.
    """
    if judged[keys.SKIPPED_KEY]:
        return [f"Search was not judged: {judged[keys.SKIPPED_KEY]}."]
    rows = [_row(kind, figures) for kind, figures in judged[keys.KINDS_KEY].items()]
    rows.append(_row("all that have a right item", judged[keys.ALL_KEY]))
    return [
        f"Queries made from titles: how many of the first {keys.FIRST} items have all their words, "
        "or the words' plural or",
        f"singular; and in how many queries, of {keys.ASKED_FOR} items, one with no word stands above one with all:",
        table(["", "queries", f"precision of the first {keys.FIRST}", "none above all", "items answered"], rows),
    ]


def _row(title: str, figures: Mapping[str, Any]) -> list[str]:
    precision, out_of_order, answers = (figures[name] for name in (keys.PRECISION, keys.OUT_OF_ORDER, keys.ANSWERS))
    return [
        title,
        f"{figures[keys.COUNT]}",
        "" if precision is None else f"{precision:.3f}",
        "" if out_of_order is None else f"{out_of_order:.3f}",
        "" if answers is None else f"{answers:.0f}",
    ]
