"""ItemCatalog: the TFX artifact type for the item table."""

from tfx.types.artifact import Artifact


class ItemCatalog(Artifact):
    """All items of the platform. `components.item_catalog.table` reads and writes it.

    File structure: `items.jsonl.gz` holds one object per item, sorted by id; `items.lists` the ids and engagements
    alone, to be mapped into memory (`components.item_catalog.mapped_items`).
    """

    TYPE_NAME = "tandem.ItemCatalog"  # Kubeflow wants a dot in it.
