"""What a person sees of a run: our own messages and the components' starts and ends, not all that libraries say."""

import logging
import re

from absl import logging as absl_logging

OUR_ROOMS = ("components", "models", "schemas", "serving", "tfx_pipeline")
_COMPONENT_LINE = re.compile(r"^Component \S+ is (running|finished)\.$")


class OurMessages(logging.Filter):
    """Lets through our rooms' messages, the local runner's lines on components, and everybody's errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tells whether the record is shown."""
        if record.levelno >= logging.ERROR or record.name.split(".")[0] in OUR_ROOMS:
            return True
        return record.levelno == logging.INFO and _COMPONENT_LINE.match(record.getMessage()) is not None


def start(everything: bool = False) -> None:
    """Sends log messages to standard error.

    Args:
        everything: Show what the libraries say, too.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
    if not everything:
        handler.addFilter(OurMessages())
    # TFX's runner speaks through absl, which falls silent once something parses absl's flags, unless told not to.
    absl_logging.set_verbosity(absl_logging.INFO)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
