import os

from tfx.orchestration import metadata
from tfx.orchestration.portable.data_types import ExecutionInfo
from tfx.types import standard_artifacts

from components.warm_start.driver import Driver
from components.warm_start.start_folder import Start, left_by, write_start
from tests.support.model_folders import artifact_at, write_versions
from tests.support.past_runs import sqlite_connection


def test_the_cache_sees_the_version_to_start_from(tmp_path):
    pushed = write_versions(tmp_path / "pushed", {"3": "old", "5": "new"})
    write_start(left_by(os.path.join(pushed, "5"), "Trainer"), Start("Trainer", str(tmp_path / "today"), "3"))

    def version_for(examples: str) -> str:
        properties = {"pushed_model_dir": pushed, "training": "Trainer", "read": "{}", "version": ""}
        read = {"examples": [artifact_at(tmp_path / examples, standard_artifacts.Examples)]}
        driver = Driver(metadata.Metadata(sqlite_connection(tmp_path / "metadata.sqlite")))
        info = ExecutionInfo(input_dict=read, exec_properties=properties)
        return driver.run(info).exec_properties["version"].string_value

    assert version_for("tomorrow") == "5"
    assert version_for("today") == "3"
