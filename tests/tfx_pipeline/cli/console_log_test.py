import logging

import pytest

from tfx_pipeline.cli.console_log import OurMessages


@pytest.mark.parametrize(
    ("logger", "level", "message", "shown"),
    [
        ("tfx_pipeline.training", logging.INFO, "Epoch 1/2 begins", True),
        ("components.raw_files", logging.WARNING, "3 rows refused", True),
        ("root", logging.INFO, "Component Trainer is running.", True),
        ("absl", logging.INFO, "Component Trainer is finished.", True),
        ("absl", logging.INFO, "Using deployment config", False),
        ("absl", logging.WARNING, "ArtifactQuery.property_predicate is not supported.", False),
        ("apache_beam", logging.ERROR, "it broke", True),
    ],
)
def test_ours_and_errors_are_shown(logger, level, message, shown):
    record = logging.LogRecord(logger, level, "file.py", 1, message, (), None)
    assert OurMessages().filter(record) is shown
