"""The Pusher's driver: if a pushed version was removed, the push is not taken from the cache."""

from tfx.dsl.components.base import base_driver
from tfx.orchestration import data_types_utils, metadata
from tfx.orchestration.portable import base_driver as portable_driver
from tfx.orchestration.portable.data_types import ExecutionInfo
from tfx.proto.orchestration import driver_output_pb2
from tfx.types import artifact_utils, standard_component_specs

from components.baseline_model.push_records import versions_pushed_of
from components.baseline_model.pushed_versions import is_complete
from components.pusher.executor import destination_folder

REMOVED_KEY = "removed_versions"


class Driver(base_driver.BaseDriver, portable_driver.BaseDriver):
    """Lists in an execution property the removed versions that this model had been pushed as.

    The property is part of the cache key, so a model whose version was removed is pushed again, once; one whose version
    was rolled back is found by the executor, and not pushed. Kubeflow calls no drivers; there the push stays cached.
    """

    def __init__(self, mlmd_connection: metadata.Metadata):
        base_driver.BaseDriver.__init__(self, mlmd_connection)
        portable_driver.BaseDriver.__init__(self, mlmd_connection)

    def run(self, execution_info: ExecutionInfo) -> driver_output_pb2.DriverOutput:  # type: ignore[name-defined]
        """Finds the removed versions; without any, no property is set."""
        folder = destination_folder(execution_info.exec_properties)
        read = execution_info.input_dict
        # Of a model that was only indexed, the Evaluator says nothing.
        blessings = (
            read.get(standard_component_specs.MODEL_BLESSING_KEY) or read[standard_component_specs.INFRA_BLESSING_KEY]
        )
        blessing = artifact_utils.get_single_instance(list(blessings))
        with self._mlmd_connection as handle:
            removed = {
                version
                for place, version in versions_pushed_of(handle.store, blessing.id)
                if place == folder and not is_complete(folder, version)
            }
        output = driver_output_pb2.DriverOutput()  # type: ignore[attr-defined]
        if removed:
            value = " ".join(sorted(removed, key=int))
            data_types_utils.set_metadata_value(output.exec_properties[REMOVED_KEY], value)
        return output
