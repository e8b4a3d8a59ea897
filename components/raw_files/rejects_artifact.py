"""The artifact type of refused rows."""

from tfx.types.artifact import Artifact


class Rejects(Artifact):
    """Rows that could not be used, and a summary of the reading.

    File structure: `rejects-XXXXX-of-XXXXX.jsonl` holds one object a refused row with its file, line, reason and
    detail; `summary.json` holds the counts.
    """

    TYPE_NAME = "tandem.Rejects"  # Kubeflow wants a dot in it.
