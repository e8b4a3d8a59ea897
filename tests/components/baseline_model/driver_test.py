from tfx.orchestration import metadata
from tfx.orchestration.portable.data_types import ExecutionInfo
from tfx.types import standard_artifacts

from components.baseline_model.driver import Driver
from tests.support.push_store import PushStore


def test_the_newest_version_itself_is_compared_as_when_it_was_pushed(tmp_path):
    pushes, pushed = PushStore(tmp_path), tmp_path / "pushed"
    for version, graph in (("3", "old"), ("4", "older than it seems"), ("5", "mine")):
        (pushed / version).mkdir(parents=True)
        (pushed / version / "saved_model.pb").write_text(graph)
    pushes.add_push(pushes.add_baseline(version="3"), str(pushed), "5")
    candidate = standard_artifacts.Model()
    candidate.uri = str(tmp_path / "trained")
    (tmp_path / "trained" / "Format-Serving").mkdir(parents=True)

    def version_for(graph: str) -> str:
        (tmp_path / "trained" / "Format-Serving" / "saved_model.pb").write_text(graph)
        info = ExecutionInfo(
            input_dict={"candidate": [candidate]}, exec_properties={"pushed_model_dir": str(pushed), "version": ""}
        )
        driver = Driver(metadata.Metadata(pushes.connection))
        return driver.run(info).exec_properties["version"].string_value

    assert version_for("new") == "5"
    assert version_for("mine") == "3"
