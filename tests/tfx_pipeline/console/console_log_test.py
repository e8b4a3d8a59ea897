import logging

import pytest

from tests.support.own_process import python
from tfx_pipeline.console.console_log import OurMessages


@pytest.mark.parametrize(
    ("logger", "level", "message", "shown"),
    [
        ("tfx_pipeline.training.training_job", logging.INFO, "Epoch 1/2: loss 8.32", True),
        ("components.raw_files", logging.WARNING, "3 rows refused", True),
        ("absl", logging.INFO, "Component Trainer is finished.", False),
        ("absl", logging.WARNING, "ArtifactQuery.property_predicate is not supported.", False),
        ("uvicorn.error", logging.ERROR, "it broke", True),
        ("apache_beam.runners", logging.ERROR, "300 lines", False),
        ("root", logging.ERROR, "Execution 5 failed.", False),
    ],
)
def test_ours_and_errors_of_servers_are_shown(logger, level, message, shown):
    record = logging.LogRecord(logger, level, "file.py", 1, message, (), None)
    assert OurMessages().filter(record) is shown


def test_ours_follow_the_standard_error_and_what_is_not_shown_is_kept():
    """A live display stands in for the standard error while it is drawn."""
    code = """
        import io, logging, sys
        from tfx_pipeline.console import console_log
        kept = io.StringIO()
        console_log.start(libraries=kept)
        display = sys.stderr = io.StringIO()
        logging.getLogger("apache_beam.x").error("it broke")
        logging.getLogger("tfx_pipeline.x").info("Epoch 1")
        print(display.getvalue(), kept.getvalue(), sep="|", end="")
        """
    ended = python(code)
    shown, kept = ended.stdout.split("|")
    assert shown.endswith(" Epoch 1\n") and "broke" not in shown
    assert kept.endswith("ERROR apache_beam.x: it broke\n") and "Epoch" not in kept
    assert ended.stderr == ""
