from tfx.orchestration import metadata
from tfx.orchestration.portable.data_types import ExecutionInfo

from components.baseline_model.driver import Driver
from tests.support.model_folders import artifact_at, write_model, write_versions
from tests.support.push_store import PushStore


def test_the_newest_version_itself_is_compared_as_when_it_was_pushed(tmp_path):
    pushed = write_versions(tmp_path / "pushed", {"3": "old", "4": "older than it seems", "5": "mine"})
    pushes = PushStore(tmp_path)
    pushes.add_push(pushes.add_baseline(version="3"), pushed, "5")

    def version_for(graph: str) -> str:
        write_model(tmp_path / graph / "Format-Serving", graph)
        properties = {"pushed_model_dir": pushed, "version": ""}
        info = ExecutionInfo(input_dict={"candidate": [artifact_at(tmp_path / graph)]}, exec_properties=properties)
        driver = Driver(metadata.Metadata(pushes.connection))
        return driver.run(info).exec_properties["version"].string_value

    assert version_for("new") == "5"
    assert version_for("mine") == "3"
