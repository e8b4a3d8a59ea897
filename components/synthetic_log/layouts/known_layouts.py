"""The layouts, by the `data.source` that reads them."""

from collections.abc import Mapping
from typing import ClassVar, Final, Protocol

import numpy as np

from components.synthetic_log.behaviour import Behaviour
from components.synthetic_log.layouts.events_layout import EventsLayout
from components.synthetic_log.layouts.kuaisar_layout import KuaiSarLayout
from components.synthetic_log.made_catalogue import Catalogue


class Layout(Protocol):
    """Writes behaviour as one kind of log.

    Attributes:
        headers: Base name of each file to its first line. Files of behaviour may be divided.
        item_file: The base name of the one with items, which is not divided.
        ending: What follows the base names.
    """

    headers: ClassVar[Mapping[str, str]]
    item_file: ClassVar[str]
    ending: ClassVar[str]

    def __init__(self, catalogue: Catalogue):
        """Prepares what all chunks share."""

    def behaviour_lines(self, behaviour: Behaviour) -> dict[str, str]:
        """The lines of a chunk of users, each with its end, by base name, for all files but that of items."""

    def item_lines(self, items: np.ndarray, titles: np.ndarray) -> str:
        """The lines of a part of the items.

        Args:
            items: Their numbers. [items]
            titles: The words of their titles. [items, words]
        """


LAYOUTS: Final[Mapping[str, type[Layout]]] = {"events": EventsLayout, "kuaisar": KuaiSarLayout}
