"""A metadata store with the records that runs with an Evaluator and a Pusher leave."""

from pathlib import Path

from ml_metadata import MetadataStore

from tests.support.past_runs import put_artifact, put_execution, sqlite_connection


class PushStore:
    """A store in a file of its own.

    Attributes:
        connection: How to connect to it.
        store: The connected store.
    """

    def __init__(self, folder: Path):
        self.connection = sqlite_connection(folder / "metadata.sqlite")
        self.store = MetadataStore(self.connection)

    def add_baseline(self, **properties: str) -> int:
        """Adds a model to beat, as BaselineModel does, and returns its id."""
        return put_artifact(self.store, "Model", **properties)

    def add_push(self, baseline: int, pushed_model_dir: str, version: str, is_pushed: bool = True) -> int:
        """Adds an evaluation against a baseline and the push that follows, and returns the id of the blessing."""
        blessing = put_artifact(self.store, "ModelBlessing")
        put_execution(self.store, "Evaluator", [("baseline_model", baseline)], [("blessing", blessing)])
        return self._push("model_blessing", blessing, pushed_model_dir, version, is_pushed)

    def add_indexed_push(self, pushed_model_dir: str, version: str) -> int:
        """Adds the push of an indexed model, which no Evaluator saw, and returns the id of the gate's blessing."""
        blessing = put_artifact(self.store, "InfraBlessing")
        return self._push("infra_blessing", blessing, pushed_model_dir, version, is_pushed=True)

    def _push(self, key: str, blessing: int, pushed_model_dir: str, version: str, is_pushed: bool) -> int:
        told = {"pushed_destination": f"{pushed_model_dir}/{version}", "pushed_version": version} if is_pushed else {}
        pushed = put_artifact(self.store, "PushedModel", pushed=int(is_pushed), **told)
        put_execution(self.store, "Pusher", [(key, blessing)], [("pushed_model", pushed)])
        return blessing
