import logging
import subprocess
import sys

import pytest

from tfx_pipeline.cli.console.console_log import OurMessages


@pytest.mark.parametrize(
    ("logger", "level", "message", "shown"),
    [
        ("tfx_pipeline.training.training_job", logging.INFO, "Epoch 1/2: loss 8.32", True),
        ("components.raw_files", logging.WARNING, "3 rows refused", True),
        ("absl", logging.INFO, "Component Trainer is finished.", False),
        ("absl", logging.INFO, "Using deployment config", False),
        ("absl", logging.WARNING, "ArtifactQuery.property_predicate is not supported.", False),
        ("uvicorn.error", logging.ERROR, "it broke", True),
        ("apache_beam.runners", logging.ERROR, "300 lines", False),
        ("root", logging.ERROR, "Execution 5 failed.", False),
    ],
)
def test_ours_and_errors_of_servers_are_shown(logger, level, message, shown):
    record = logging.LogRecord(logger, level, "file.py", 1, message, (), None)
    assert OurMessages().filter(record) is shown


def test_what_is_not_shown_is_kept():
    code = """
import io, logging
from tfx_pipeline.cli.console import console_log
kept = io.StringIO()
console_log.start(libraries=kept)
logging.getLogger("apache_beam.x").error("it broke")
logging.getLogger("tfx_pipeline.x").info("Epoch 1")
print(kept.getvalue().partition(" ")[2])
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip().endswith("ERROR apache_beam.x: it broke") and "Epoch" not in result.stdout
    assert result.stderr.strip().endswith(" Epoch 1") and "broke" not in result.stderr


def test_messages_follow_the_standard_error():
    """A live display stands in for it while it is drawn."""
    code = """
import io, logging, sys
from tfx_pipeline.cli.console import console_log
console_log.start()
display = sys.stderr = io.StringIO()
logging.getLogger("tfx_pipeline.x").info("Epoch 1")
print(display.getvalue())
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip().endswith(" Epoch 1") and not result.stderr
