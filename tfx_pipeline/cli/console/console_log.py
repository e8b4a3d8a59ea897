"""What a person sees of a command: our own messages, not all that libraries say."""

import logging
import sys
from typing import TextIO

from absl import logging as absl_logging

OUR_ROOMS = ("components", "models", "schemas", "serving", "tfx_pipeline")
_OF_PIPELINES = ("absl", "apache_beam", "root", "tensorflow", "tfx")
"""Loggers whose errors come with an exception, of which the command tells in a paragraph of its own."""


class OurMessages(logging.Filter):
    """Lets through our rooms' messages, and the errors of servers."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tells whether the record is shown."""
        room = record.name.split(".")[0]
        return room in OUR_ROOMS or (record.levelno >= logging.ERROR and room not in _OF_PIPELINES)


class _LibraryMessages(OurMessages):
    """Lets through what `OurMessages` does not."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not super().filter(record)


class _ToStandardError(logging.StreamHandler):
    """Writes to what is the standard error at that moment: a live display stands in for it while it is drawn."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _stream: TextIO) -> None:
        raise AttributeError("it follows sys.stderr")


def start(everything: bool = False, libraries: TextIO | None = None) -> None:
    """Sends log messages to standard error.

    Args:
        everything: Show what the libraries say, too.
        libraries: Where what they say goes otherwise; None drops it.
    """
    shown = _ToStandardError()
    shown.setFormatter(logging.Formatter("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
    handlers: list[logging.Handler] = [shown]
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
