"""What a person sees of a command: our own messages and the components' starts and ends, not all that libraries say."""

import logging
import re
from typing import TextIO

from absl import logging as absl_logging

OUR_ROOMS = ("components", "models", "schemas", "serving", "tfx_pipeline")
_OF_PIPELINES = ("absl", "apache_beam", "root", "tensorflow", "tfx")
"""Loggers whose errors come with an exception, of which the command tells in a paragraph of its own."""
_COMPONENT_LINE = re.compile(r"^Component \S+ is (running|finished)\.$")


class OurMessages(logging.Filter):
    """Lets through our rooms' messages, the local runner's lines on components, and the errors of servers."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tells whether the record is shown."""
        room = record.name.split(".")[0]
        if room in OUR_ROOMS or (record.levelno >= logging.ERROR and room not in _OF_PIPELINES):
            return True
        return record.levelno == logging.INFO and _COMPONENT_LINE.match(record.getMessage()) is not None


class _LibraryMessages(OurMessages):
    """Lets through what `OurMessages` does not."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not super().filter(record)


def start(everything: bool = False, libraries: TextIO | None = None) -> None:
    """Sends log messages to standard error.

    Args:
        everything: Show what the libraries say, too.
        libraries: Where what they say goes otherwise; None drops it.
    """
    shown = logging.StreamHandler()
    shown.setFormatter(logging.Formatter("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
    handlers = [shown]
    if not everything:
        shown.addFilter(OurMessages())
        if libraries is not None:
            kept = logging.StreamHandler(libraries)
            kept.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
            kept.addFilter(_LibraryMessages())
            handlers.append(kept)
    # TFX's runner speaks through absl, which falls silent once something parses absl's flags, unless told not to.
    absl_logging.set_verbosity(absl_logging.INFO)
    logging.basicConfig(level=logging.INFO, handlers=handlers)
