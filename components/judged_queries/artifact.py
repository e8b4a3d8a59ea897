"""The artifact type of the judgement of a model's search."""

from tfx.types.artifact import Artifact


class SearchJudgement(Artifact):
    """How many right items a model's search finds. `judge` reads and writes it.

    File structure: `judgement.json`.
    """

    TYPE_NAME = "tandem.SearchJudgement"  # Kubeflow wants a dot in it.
