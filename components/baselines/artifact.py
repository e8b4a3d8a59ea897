"""The artifact type of the comparison of a model with rules."""

from tfx.types.artifact import Artifact


class RuleComparison(Artifact):
    """How well rules and a model find each example's positive. `comparison_file` reads and writes it.

    File structure: `metrics.json`.
    """

    TYPE_NAME = "tandem.RuleComparison"  # Kubeflow wants a dot in it.
