"""Which log messages a person sees: our own, not those of libraries."""

import logging
import sys
from typing import TextIO

from absl import logging as absl_logging

OUR_ROOMS = ("components", "models", "schemas", "serving", "tfx_pipeline")
_OF_PIPELINES = ("absl", "apache_beam", "root", "tensorflow", "tfx")
"""Loggers whose errors come with an exception. The command reports that exception in a paragraph of its own."""


class OurMessages(logging.Filter):
    """Lets through the messages of our rooms, and the errors of servers."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tells whether the record is shown."""
        room = record.name.split(".")[0]
        return room in OUR_ROOMS or (record.levelno >= logging.ERROR and room not in _OF_PIPELINES)


class _LibraryMessages(OurMessages):
    """Lets through what `OurMessages` does not."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not super().filter(record)


class _ToStandardError(logging.StreamHandler):
    """Writes to the current `sys.stderr`, which a live display replaces while it is drawn."""

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
        libraries: Where the messages of libraries go if they are not shown; None drops them.
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
    # TFX's runner logs through absl, which stops once something parses absl's flags, unless a verbosity is set.
    absl_logging.set_verbosity(absl_logging.INFO)
    logging.basicConfig(level=logging.INFO, handlers=handlers)
