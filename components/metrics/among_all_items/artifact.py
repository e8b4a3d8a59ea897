"""The artifact type of metrics over the whole catalogue."""

from tfx.types.artifact import Artifact


class WholeCatalogueMetrics(Artifact):
    """How well a model finds each example's positive among all items. `metrics_file` reads and writes it.

    File structure: `metrics.json`.
    """

    TYPE_NAME = "tandem.WholeCatalogueMetrics"  # Kubeflow wants a dot in it.
