import shutil

import pytest
from tfx.orchestration import metadata
from tfx.orchestration.portable.data_types import ExecutionInfo
from tfx.types import standard_artifacts

from components.pusher.driver import REMOVED_KEY, Driver
from tests.support.model_folders import write_versions
from tests.support.push_store import PushStore


@pytest.mark.parametrize("key", ["model_blessing", "infra_blessing"])
def test_a_version_that_was_removed_makes_another_key_of_the_cache(tmp_path, key):
    pushes, pushed = PushStore(tmp_path), write_versions(tmp_path / "pushed", {"5": "mine"})
    baseline = pushes.add_baseline(version="")
    if key == "model_blessing":
        blessing = standard_artifacts.ModelBlessing()
        blessing.id = pushes.add_push(baseline, pushed, "5")
    else:  # Of a model that was only indexed.
        blessing = standard_artifacts.InfraBlessing()
        blessing.id = pushes.add_indexed_push(pushed, "5")
    pushes.add_push(baseline, pushed, "4")  # Of another model, and gone.

    def told() -> dict:
        properties = {"push_destination": f'{{"filesystem": {{"base_directory": "{pushed}"}}}}'}
        info = ExecutionInfo(input_dict={key: [blessing]}, exec_properties=properties)
        return dict(Driver(metadata.Metadata(pushes.connection)).run(info).exec_properties)

    assert told() == {}
    shutil.rmtree(tmp_path / "pushed" / "5")
    assert told()[REMOVED_KEY].string_value == "5"
