"""BaselineModel's driver: it chooses the version to beat before the node runs or is taken from the cache."""

import functools

from tfx.dsl.components.base import base_driver
from tfx.orchestration import data_types_utils, metadata
from tfx.orchestration.portable import base_driver as portable_driver
from tfx.orchestration.portable.data_types import ExecutionInfo
from tfx.proto.orchestration import driver_output_pb2

from components.artifacts import saved_model_dir
from components.baseline_model.executor import CANDIDATE_KEY, PUSHED_MODEL_DIR_KEY, VERSION_KEY
from components.baseline_model.push_records import version_beaten_by
from components.baseline_model.version_to_beat import version_to_beat


class Driver(base_driver.BaseDriver, portable_driver.BaseDriver):
    """Writes the pushed version to beat into the execution property `version`, which is part of the cache key.

    The local runner calls the driver with the trained model. Kubeflow calls no drivers; there the executor makes the
    same choice, without the metadata store.
    """

    def __init__(self, mlmd_connection: metadata.Metadata):
        base_driver.BaseDriver.__init__(self, mlmd_connection)
        portable_driver.BaseDriver.__init__(self, mlmd_connection)

    def run(self, execution_info: ExecutionInfo) -> driver_output_pb2.DriverOutput:  # type: ignore[name-defined]
        """Finds the version."""
        pushed_model_dir = execution_info.exec_properties[PUSHED_MODEL_DIR_KEY]
        with self._mlmd_connection as handle:
            recorded = functools.partial(version_beaten_by, handle.store, pushed_model_dir)
            version = version_to_beat(
                pushed_model_dir, saved_model_dir(execution_info.input_dict[CANDIDATE_KEY]), recorded
            )
        output = driver_output_pb2.DriverOutput()  # type: ignore[attr-defined]
        data_types_utils.set_metadata_value(output.exec_properties[VERSION_KEY], version)
        return output
