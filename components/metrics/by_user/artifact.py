"""The artifact type of a model's gains by user."""

from tfx.types.artifact import Artifact


class UserGainsOfModel(Artifact):
    """What a model gained on each user's examples. `user_gains` reads and writes it.

    File structure: `user_gains.npz`.
    """

    TYPE_NAME = "tandem.UserGainsOfModel"  # Kubeflow wants a dot in it.
