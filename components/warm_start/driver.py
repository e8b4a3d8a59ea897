"""WarmStart's driver: it chooses the version to start from before the node runs or is taken from the cache."""

from tfx.dsl.components.base import base_driver
from tfx.orchestration import data_types_utils, metadata
from tfx.orchestration.portable import base_driver as portable_driver
from tfx.orchestration.portable.data_types import ExecutionInfo
from tfx.proto.orchestration import driver_output_pb2
from tfx.types import artifact_utils

from components.warm_start.executor import EXAMPLES_KEY, PUSHED_MODEL_DIR_KEY, TRAINING_KEY, VERSION_KEY
from components.warm_start.version_to_start_from import version_to_start_from


class Driver(base_driver.BaseDriver, portable_driver.BaseDriver):
    """Writes the version to start from into the execution property `version`, which is part of the cache key.

    So the cache sees no change in the pushed models but one that changes where the training starts. Kubeflow calls no
    drivers; there the executor makes the same choice, and what is cached follows from the examples alone.
    """

    def __init__(self, mlmd_connection: metadata.Metadata):
        base_driver.BaseDriver.__init__(self, mlmd_connection)
        portable_driver.BaseDriver.__init__(self, mlmd_connection)

    def run(self, execution_info: ExecutionInfo) -> driver_output_pb2.DriverOutput:  # type: ignore[name-defined]
        """Finds the version."""
        properties = execution_info.exec_properties
        examples = artifact_utils.get_single_instance(list(execution_info.input_dict[EXAMPLES_KEY]))
        version = version_to_start_from(properties[PUSHED_MODEL_DIR_KEY], properties[TRAINING_KEY], examples.uri)
        output = driver_output_pb2.DriverOutput()  # type: ignore[attr-defined]
        data_types_utils.set_metadata_value(output.exec_properties[VERSION_KEY], version)
        return output
