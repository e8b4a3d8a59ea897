"""The artifact type of the findings of DataChecks."""

from tfx.types.artifact import Artifact


class DataFindings(Artifact):
    """The anomalies of a run's data. `finding` reads and writes it.

    File structure: `findings.json`.
    """

    TYPE_NAME = "tandem.DataFindings"  # Kubeflow wants a dot in it.
