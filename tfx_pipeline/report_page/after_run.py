"""Writes the report of a run, and the card of its models, as soon as it has ended."""

import logging
from typing import Final

from tfx_pipeline.past_runs.finished_run import finished_runs
from tfx_pipeline.report_page.whole_page import card_path, default_path, write_card, write_page

MOST_ROWS: Final = 1_000_000
"""A log of more rows would have to be read for minutes, and nobody has asked for it yet."""

_LOG = logging.getLogger(__name__)


def write_after_run(root: str) -> str:
    """Writes the report of the newest run that has finished and its models' card, and logs where the report is.

    The run is over, and its model pushed: whatever keeps the page from being written is logged, and nothing more.

    Args:
        root: The root of the run's pipeline.

    Returns:
        The path of the file; empty if it could not be written.
    """
    try:
        runs = finished_runs(root)
        path = default_path(runs)
        write_page(runs, path, most_rows=MOST_ROWS)
        write_card(runs[0], card_path(runs[0]))
    except Exception as error:
        told = (
            "The run has ended well; its report could not be written as a page (%s: %s). `tandem report` tries again."
        )
        _LOG.warning(told, type(error).__name__, error)
        return ""
    _LOG.info("The report as a page: %s", path)
    return path
