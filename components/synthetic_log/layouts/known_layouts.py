"""The table of layouts; each is named for the `data.source` that reads it."""

from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np

from components.synthetic_log.behaviour import Behaviour
from components.synthetic_log.layouts.amazon_reviews_layout import AmazonReviewsLayout
from components.synthetic_log.layouts.events_layout import EventsLayout
from components.synthetic_log.layouts.jdsearch_layout import JdSearchLayout
from components.synthetic_log.layouts.kuaisar_layout import KuaiSarLayout
from components.synthetic_log.made_catalogue import Catalogue


class Layout(Protocol):
    """Writes behaviour as one kind of log."""

    def __init__(self, catalogue: Catalogue):
        """Prepares the data that all chunks share."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Base name of each file to its first line, empty where there is none.

        All files but the item file may be divided into several.
        """

    @property
    def item_file(self) -> str:
        """The base name of the item file, which is never divided."""

    @property
    def ending(self) -> str:
        """The ending of all file names."""

    @property
    def tells_surfaces(self) -> bool:
        """Whether the files tell searches from feed clicks.

        If not, the truth counts neither, and has no best achievable metrics, which are by surface.
        """

    def kept(self, behaviour: Behaviour) -> Behaviour:
        """What the files can hold of a chunk. The rest is not written, counted or ranked."""

    def behaviour_lines(self, behaviour: Behaviour) -> dict[str, str]:
        """The text of a chunk of users for each file but the item file: base name to complete lines.

        Args:
            behaviour: What `kept` left of the chunk.
        """

    def item_lines(self, items: np.ndarray, titles: np.ndarray) -> str:
        """The text of a chunk of items.

        Args:
            items: The items' numbers. [items]
            titles: The words of their titles. [items, words]
        """


LAYOUTS: Final[Mapping[str, type[Layout]]] = {
    "events": EventsLayout,
    "kuaisar": KuaiSarLayout,
    "jdsearch": JdSearchLayout,
    "amazon_reviews": AmazonReviewsLayout,
}
