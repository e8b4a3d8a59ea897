"""Rejects: the TFX artifact type for refused rows."""

from tfx.types.artifact import Artifact


class Rejects(Artifact):
    """Refused rows, and a summary of what was read.

    File structure: `rejects-XXXXX-of-XXXXX.jsonl` holds one object for each refused row, with its file, line, reason
    and detail. `summary.json` holds the counts.
    """

    TYPE_NAME = "tandem.Rejects"  # Kubeflow wants a dot in it.
