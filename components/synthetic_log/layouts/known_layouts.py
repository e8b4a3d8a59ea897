"""The table of layouts; each is named for the `data.source` that reads it."""

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
        headers: Base name of each file to its first line. All files but the item file may be divided into several.
        item_file: The base name of the item file, which is never divided.
        ending: The ending of all file names.
    """

    headers: ClassVar[Mapping[str, str]]
    item_file: ClassVar[str]
    ending: ClassVar[str]

    def __init__(self, catalogue: Catalogue):
        """Prepares the data that all chunks share."""

    def behaviour_lines(self, behaviour: Behaviour) -> dict[str, str]:
        """The text of a chunk of users for each file but the item file: base name to complete lines."""

    def item_lines(self, items: np.ndarray, titles: np.ndarray) -> str:
        """The text of a chunk of items.

        Args:
            items: The items' numbers. [items]
            titles: The words of their titles. [items, words]
        """


LAYOUTS: Final[Mapping[str, type[Layout]]] = {"events": EventsLayout, "kuaisar": KuaiSarLayout}
